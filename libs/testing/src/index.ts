export { apiKeyPrincipal, callAs, userPrincipal } from './callers.ts';
export { eventually } from './eventually.ts';
export { type FakeClock, fakeClock } from './fake-clock.ts';
export { type SeverableLink, startSeverableLink } from './severable-link.ts';
export { type StubHandlers, stubService } from './stub-service.ts';
export { createTestDatabase, type TestDatabase } from './test-database.ts';
export { createTestIdentities, type TestIdentities } from './test-identities.ts';
export { createTestRedis, type TestRedis } from './test-redis.ts';
export { startTestService, type TestAnswer, type TestRequest, type TestService } from './test-service.ts';
