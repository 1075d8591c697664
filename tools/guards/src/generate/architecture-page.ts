import { serviceNames, serviceTable } from '@valuecanvas/contracts-core';
import { markdownTable } from './markdown-table.ts';

const section = /(<!-- services: [^\n]*-->\n).*?(<!-- end of services -->)/s;

/** Returns docs/architecture.md with an up-to-date table of services. The rest of `page` stays unchanged. */
export function architecturePage(page: string): string {
  if (!section.test(page)) throw new Error('docs/architecture.md has no section for the table of services.');
  const rows = serviceNames.map((service) => {
    const { owns, port, internalPort } = serviceTable[service];
    return [`[${service}](../apps/${service})`, owns, `${port}, ${internalPort}`];
  });
  const table = markdownTable(['service', 'owns', 'ports'], rows);
  return page.replace(section, (_, start: string, end: string) => `${start}\n${table}\n\n${end}`);
}
