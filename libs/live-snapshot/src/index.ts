export { createLiveSnapshot, type LiveSnapshot, type LiveSnapshotOptions } from './live-snapshot.ts';
