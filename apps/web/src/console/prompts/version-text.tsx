import { promptsText } from '../../text/prompts.en.ts';
import type { Version } from './prompt-reads.ts';
import styles from './prompts.module.css';

const text = promptsText.prompt;

/** The text of one version with its variables marked, its variables, and its model parameters. */
export function VersionText({ version }: { readonly version: Version }) {
  const { template, messages, variables, metadata } = version;
  const parameters = Object.entries({
    model: metadata.model,
    temperature: metadata.temperature,
    maxTokens: metadata.maxTokens,
    responseFormat: metadata.responseFormat?.type,
    tools: metadata.tools?.map(({ function: { name } }) => name).join(', '),
  }).filter(([, value]) => value !== undefined);
  return (
    <section className={styles.version} id="version" aria-labelledby="version-heading">
      <h2 id="version-heading">{text.shown(version.version)}</h2>
      {[...(messages ?? [{ role: undefined, content: template }]).entries()].map(
        ([index, { role, content }]) => (
          <div key={index} className={styles.message}>
            {role && <h3 className={styles.role}>{text.roles[role]}</h3>}
            <pre className={styles.template} dir="auto">
              <Template content={content} />
            </pre>
          </div>
        ),
      )}
      <dl className={styles.facts}>
        <dt>{text.variables}</dt>
        <dd>
          {variables.length === 0
            ? text.noVariables
            : variables.map(({ name, required, description }) => (
                <p key={name}>
                  <code>{name}</code>
                  {!required && ` (${text.optional})`}
                  {description && `: ${description}`}
                </p>
              ))}
        </dd>
        <dt>{text.parameters}</dt>
        <dd>
          {parameters.length === 0
            ? text.noParameters
            : parameters.map(([name, value]) => (
                <p key={name}>
                  <code>{name}</code>: {String(value)}
                </p>
              ))}
        </dd>
      </dl>
    </section>
  );
}

/** A template whose tags are marked. */
function Template({ content }: { readonly content: string }) {
  const parts = content.split(/(\{\{.*?\}\})/s);
  return [...parts.entries()].map(([index, part]) =>
    part.startsWith('{{') ? <mark key={index}>{part}</mark> : <span key={index}>{part}</span>,
  );
}
