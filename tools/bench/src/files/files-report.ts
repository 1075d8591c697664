import { table } from '../report/table.ts';

/** The source files whose functions ran for one request. */
export interface FilesOfRequest {
  readonly name: string;
  readonly goal: number;
  /** Paths from the repository's root, sorted. */
  readonly files: readonly string[];
}

/** Reports the number of files per request and project, then each file. Lua scripts are not counted. */
export function filesReport(requests: readonly FilesOfRequest[]): string {
  return requests
    .map(({ name, goal, files }) => {
      const projects = [...Map.groupBy(files, projectOf)].map(([project, own]) => [project, `${own.length}`]);
      return [
        `## ${name} enters ${files.length} files (goal: at most ${goal})`,
        table(['project', 'files'], projects),
        files.join('\n'),
      ].join('\n\n');
    })
    .join('\n\n');
}

/** `apps/llm-router/src/admission/scripts.ts` belongs to `apps/llm-router`, a contract to `libs/contracts/<owner>`. */
const projectOf = (path: string): string => path.slice(0, path.indexOf('/src/'));
