import { serviceRoles } from './roles.ts';

export { serviceRoles };

export type Service = keyof typeof serviceRoles;
export type ServiceRole = (typeof serviceRoles)[Service];

/** Passwords by role; absent roles keep theirs. */
export type RolePasswords = Partial<Record<ServiceRole, string>>;

export const services = Object.keys(serviceRoles) as Service[];

/** Returns the name of a service's password variable, such as LLM_ROUTER_DB_PASSWORD. */
export function passwordVariable(service: Service): string {
  return `${service.toUpperCase().replaceAll('-', '_')}_DB_PASSWORD`;
}

/** Reads <SERVICE>_DB_PASSWORD of every service; an empty value counts as absent. */
export function rolePasswordsFrom(env: NodeJS.ProcessEnv): RolePasswords {
  const found = services.map((service) => [serviceRoles[service], env[passwordVariable(service)]]);
  return Object.fromEntries(found.filter(([, password]) => password));
}
