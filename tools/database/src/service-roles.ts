/** Each service's folder in apps/ and the role that it connects as; the baseline migration makes the roles. */
export const serviceRoles = {
  gateway: 'vc_gateway',
  'llm-router': 'vc_llm_router',
  canvas: 'vc_canvas',
  'prompt-registry': 'vc_prompt_registry',
  'feature-flags': 'vc_feature_flags',
  'job-worker': 'vc_job_worker',
} as const;

export type Service = keyof typeof serviceRoles;
export type ServiceRole = (typeof serviceRoles)[Service];

/** Passwords by role; a role that is absent keeps the one it has. */
export type RolePasswords = Partial<Record<ServiceRole, string>>;

export const services = Object.keys(serviceRoles) as Service[];

/** The variable that holds a service's password: LLM_ROUTER_DB_PASSWORD. */
export function passwordVariable(service: Service): string {
  return `${service.toUpperCase().replaceAll('-', '_')}_DB_PASSWORD`;
}

/** Reads <SERVICE>_DB_PASSWORD of every service; an empty value counts as absent. */
export function rolePasswordsFrom(env: NodeJS.ProcessEnv): RolePasswords {
  const found = services.map((service) => [serviceRoles[service], env[passwordVariable(service)]]);
  return Object.fromEntries(found.filter(([, password]) => password));
}
