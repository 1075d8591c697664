import { serviceTable, variablePrefix } from '@valuecanvas/contracts-core';
import { passwordVariable, type Service, services } from '@valuecanvas/database';
import { publicKeysOf, type Secrets } from '../secrets.ts';

/** Services that call other services. Only they sign internal tokens. */
const signers = services.filter((service) => serviceTable[service].signs);

/** Returns the secrets as lines of .env, under the names in docker-compose.yml. `password` creates a new password. */
export function secretLines(secrets: Secrets, password: () => string): string {
  return [
    '# Answers are simulated. For real ones set TOGETHER_API_KEY or OPENAI_API_KEY, and delete these two lines.',
    line('COMPOSE_PROFILES', 'simulated'),
    line('LLM_SIMULATOR_URL', 'http://llm-simulator:4010/v1'),
    '',
    line('POSTGRES_PASSWORD', password()),
    line('REDIS_PASSWORD', password()),
    ...services.map((service) => line(passwordVariable(service), secrets.services[service].databasePassword)),
    '',
    ...signers.map((service) => line(signingVariable(service), secrets.services[service].signingKey)),
    line('INTERNAL_PUBLIC_KEYS', publicKeysOf(secrets)),
    line('AUTH_SIGNING_KEYS', JSON.stringify(secrets.authSigningKeys)),
    '',
    '# Opens the backups. Keep a copy apart from them: without it they are lost.',
    line('BACKUP_ENCRYPTION_KEY', secrets.backupKey),
    '',
  ].join('\n');
}

function signingVariable(service: Service): string {
  return `${variablePrefix(service)}_SIGNING_KEY`;
}

/** Compose, Node and the shell all read single-quoted text literally. */
function line(name: string, value: string): string {
  return `${name}='${value}'`;
}
