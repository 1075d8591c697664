export { createLiveSnapshot } from './live-snapshot.ts';
export {
  createSnapshotSource,
  type FollowedSnapshot,
  type SnapshotSource,
  versionOf,
} from './snapshot-source.ts';
