import { ApiError, type InputOf, type ResultOf, requestLimits } from '@valuecanvas/web-client';
import { type SubmitEvent, useEffect, useRef, useState } from 'react';
import { type Session, useApi } from '../../api.tsx';
import { Button } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import field from '../../parts/field.module.css';
import { Field } from '../../parts/field.tsx';
import { apiKeysText as text } from '../../text/account.en.ts';
import page from './account-page.module.css';
import styles from './api-keys.module.css';

const dayMs = 86_400_000;
const lifetimes = ['30', '90', '180'] as const;

type Permission = Session['user']['permissions'][number];
export type CreatedKey = ResultOf<'createApiKey'>;

/** Asks for name, permissions and lifetime of a new key. */
export function CreateKey({
  permissions,
  onCreated,
  onCancel,
}: {
  /** Permissions that the user holds, and so can grant. */
  readonly permissions: readonly Permission[];
  readonly onCreated: (key: CreatedKey) => void;
  readonly onCancel: () => void;
}) {
  const create = useCreateKey();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly Permission[]>(['llm']);
  const [lifetime, setLifetime] = useState<string>('90');
  const [error, setError] = useState<unknown>(undefined);
  const [isRunning, setRunning] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);

  const submit = async () => {
    setRunning(true);
    try {
      onCreated(await create({ name: name.trim(), scopes, lifetime }));
    } catch (cause) {
      setError(cause);
      setRunning(false);
    }
  };
  const faults = error instanceof ApiError ? error.fieldFaults : [];
  const faultOf = (path: string) => faults.find((fault) => fault.path === path)?.message;
  const isAtFields = ['name', 'expiresAt'].some((path) => faultOf(path) !== undefined);
  return (
    <form
      className={styles.form}
      onSubmit={(event: SubmitEvent) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Field
        label={text.name}
        hint={text.nameHint}
        fault={faultOf('name')}
        ref={first}
        required
        maxLength={requestLimits.createApiKey.name.maxLength}
        value={name}
        onChange={({ target }) => setName(target.value)}
      />
      <fieldset className={styles.permissions}>
        <legend className={field.label}>{text.permissions}</legend>
        {permissions.map((permission) => (
          <label key={permission}>
            <input
              type="checkbox"
              checked={scopes.includes(permission)}
              onChange={({ target }) =>
                setScopes((before) =>
                  target.checked ? [...before, permission] : before.filter((one) => one !== permission),
                )
              }
            />
            {text.permissionNames[permission]}
          </label>
        ))}
        {scopes.length === 0 && <p className={field.hint}>{text.choosePermission}</p>}
      </fieldset>
      <Lifetime value={lifetime} onChange={setLifetime} fault={faultOf('expiresAt')} />
      {error !== undefined && !isAtFields && <ErrorNotice error={error} />}
      <div className={styles.actions}>
        <Button type="submit" look="primary" disabled={isRunning || scopes.length === 0}>
          {text.create}
        </Button>
        <Button onClick={onCancel}>{text.cancel}</Button>
      </div>
    </form>
  );
}

function Lifetime({
  value,
  onChange,
  fault,
}: {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly fault: string | undefined;
}) {
  return (
    <fieldset className={styles.permissions} aria-describedby={fault ? 'lifetime-fault' : undefined}>
      <legend className={field.label}>{text.expires}</legend>
      <div className={page.themes}>
        {[...lifetimes, 'never'].map((days) => (
          <label key={days}>
            <input type="radio" name="lifetime" checked={value === days} onChange={() => onChange(days)} />
            {days === 'never' ? text.neverExpires : text.expiresAfter(days)}
          </label>
        ))}
      </div>
      {fault && (
        <p className={field.fault} id="lifetime-fault" role="alert">
          {fault}
        </p>
      )}
    </fieldset>
  );
}

/**
 * Returns a function that creates a key. A repetition of the same request, for example after its answer was lost, gets the
 * same key.
 */
function useCreateKey() {
  const api = useApi();
  const sent = useRef<{ asked: string; body: CreateKeyRequest; idempotencyKey: string } | undefined>(
    undefined,
  );
  return (fields: AskedKey): Promise<CreatedKey> => {
    const asked = JSON.stringify(fields);
    if (sent.current?.asked !== asked) {
      sent.current = { asked, body: requestOf(fields), idempotencyKey: crypto.randomUUID() };
    }
    const { body, idempotencyKey } = sent.current;
    return api.call.createApiKey({ body }, { idempotencyKey });
  };
}

type CreateKeyRequest = InputOf<'createApiKey'>['body'];

interface AskedKey {
  readonly name: string;
  readonly scopes: readonly Permission[];
  /** Days, or `never`. */
  readonly lifetime: string;
}

function requestOf({ name, scopes, lifetime }: AskedKey): CreateKeyRequest {
  const request = { name, scopes: [...scopes] };
  if (lifetime === 'never') return request;
  return { ...request, expiresAt: new Date(Date.now() + Number(lifetime) * dayMs).toISOString() };
}
