import { useMutation } from '@tanstack/react-query';
import type { InputOf } from '@valuecanvas/web-client';
import { type MouseEvent, useId, useRef, useState } from 'react';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { useAnnounce } from '../../shell/announcer.tsx';
import { shareText } from '../../text/share.en.ts';
import styles from './file-links.module.css';

export type FileQuery = InputOf<'exportCanvas'>['query'];
type Format = keyof typeof texts.formats;
type Paper = keyof typeof texts.papers;

const texts = shareText.files;
const formats = Object.keys(texts.formats) as readonly Format[];
const papers = Object.keys(texts.papers) as readonly Paper[];

/** Links that download a canvas as a file, and the paper of the drawn ones. */
export function FileLinks({
  addressOf,
  tryFile,
}: {
  readonly addressOf: (query: FileQuery) => string;
  /** Rejects with the reason for which the file cannot be downloaded. */
  readonly tryFile: (query: FileQuery) => Promise<void>;
}) {
  const id = useId();
  const [paper, setPaper] = useState<Paper>('a4');
  return (
    <div className={styles.files}>
      <div className={styles.paper}>
        <label htmlFor={`${id}-paper`}>{texts.paper}</label>
        <select
          id={`${id}-paper`}
          className={styles.select}
          value={paper}
          aria-describedby={`${id}-hint`}
          onChange={({ target }) => setPaper(target.value as Paper)}
        >
          {papers.map((name) => (
            <option key={name} value={name}>
              {texts.papers[name]}
            </option>
          ))}
        </select>
        <span className={styles.hint} id={`${id}-hint`}>
          {texts.paperHint}
        </span>
      </div>
      <ul className={styles.list}>
        {formats.map((format) => {
          const query = isDrawn(format) ? { format, paper } : { format };
          return (
            <li key={format}>
              <FileLink format={format} address={addressOf(query)} tryFile={() => tryFile(query)} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function isDrawn(format: Format): boolean {
  return format === 'pdf' || format === 'png' || format === 'svg';
}

/**
 * A link to one file. A browser does not say why a download fails, so the file is requested before the link is followed. The
 * browser then has it in its cache, unless the platform forbids that.
 */
function FileLink({
  format,
  address,
  tryFile,
}: {
  readonly format: Format;
  readonly address: string;
  readonly tryFile: () => Promise<void>;
}) {
  const announce = useAnnounce();
  const link = useRef<HTMLAnchorElement>(null);
  const isReady = useRef(false);
  const { name, hint } = texts.formats[format];
  const attempt = useMutation({
    mutationFn: tryFile,
    onSuccess() {
      isReady.current = true;
      link.current?.click();
      isReady.current = false;
      announce(texts.isReady(name));
    },
  });
  const tryFirst = (event: MouseEvent) => {
    const opensElsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (isReady.current || opensElsewhere) return;
    event.preventDefault();
    if (!attempt.isPending) attempt.mutate();
  };
  return (
    <>
      <a ref={link} className={styles.file} href={address} download onClick={tryFirst}>
        <span className={styles.name}>{name}</span>
        <span className={styles.hint}>{attempt.isPending ? texts.preparing : hint}</span>
      </a>
      {attempt.error && <ErrorNotice error={attempt.error} retry={() => attempt.mutate()} />}
    </>
  );
}
