import type { Report } from '../report.ts';
import { attackApiKeys } from './api-keys.ts';
import type { Attack, Platform } from './attack.ts';
import { attackBelongings } from './belongings.ts';
import { attackBodies } from './bodies.ts';
import { attackBrowserSessions } from './browser-sessions.ts';
import { attackCredentials } from './credentials.ts';
import { attackByDocument } from './fuzz/attack-by-document.ts';
import { createLeakLog } from './leak-log.ts';
import { attackLogins, attackPasswords } from './logins.ts';
import { readOperations } from './operations.ts';
import { attackPaths } from './paths.ts';
import { signUp } from './people.ts';
import { attackPublicAnswers } from './public-answers.ts';
import { attackFraming } from './request-framing.ts';
import { createTarget } from './target.ts';
import { attackTrustedHeaders } from './trusted-headers.ts';

/** In this order: the last one locks out its own address for a minute. */
const attacks = [
  attackCredentials,
  attackBelongings,
  attackTrustedHeaders,
  attackPaths,
  attackFraming,
  attackBodies,
  attackByDocument,
  attackPublicAnswers,
  attackBrowserSessions,
  attackApiKeys,
  attackLogins,
  attackPasswords,
];

/** Attacks a platform with two users that it signs up. They are not removed. */
export async function runAttacks(platform: Platform, report: Report): Promise<void> {
  const leaks = createLeakLog(platform.url);
  const target = createTarget(platform.url, leaks.look);
  let attack: Attack | undefined;
  await report.check('two users sign up, and the public routes are known', async () => {
    const [alice, bob] = [await signUp(target), await signUp(target)];
    const operations = readOperations(await target.send({ path: '/api/openapi.json' }));
    attack = { target, check: report.check, keys: platform.keys, operations, alice, bob };
    return `${operations.length} routes`;
  });
  if (!attack) return;
  if (!platform.keys) {
    const why = 'the platform’s keys are unknown: forged tokens are signed with other keys';
    report.notChecked('expired and misdirected tokens with a valid signature', why);
    report.notChecked(
      'fuzzing of administrators’ routes',
      'the platform’s keys are unknown: no administrator can be created',
    );
  }
  for (const run of attacks) await run(attack);
  await leaks.conclude(report.check);
}
