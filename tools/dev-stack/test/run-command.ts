import { execFile } from 'node:child_process';
import { projectRoot } from './stack-process.ts';

/** Runs a command in the project's root and returns its output. Rejects with all output if it fails. */
export function runCommand(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { cwd: projectRoot }, (failure, stdout, stderr) => {
      if (failure) reject(new Error(`${failure.message}\n${stdout}\n${stderr}`));
      else resolve(stdout);
    });
  });
}
