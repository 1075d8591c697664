import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  paginateListObjectsV2,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { DatabaseToolError } from '../database-tool-error.ts';
import type { BackupStore } from './backup-store.ts';

export interface S3Place {
  readonly bucket: string;
  /** Beginning of all keys, with its slash: backups/. */
  readonly prefix: string;
  readonly region: string;
  /** Origin of an S3-compatible server. Undefined for AWS, or if AWS_ENDPOINT_URL_S3 names it. */
  readonly endpoint: string | undefined;
  /** True if the bucket is in the path instead of the host name, as most compatible servers want it. */
  readonly pathStyle: boolean;
}

/** Two parts are in memory at a time. S3 allows 10,000 parts, so that a backup may have 320 GB. */
const partBytes = 32 << 20;
const partsInFlight = 2;

/**
 * Backups in a bucket. Credentials come from the AWS SDK's own sources: variables, profile, web identity or instance role.
 * Uploads are streamed. A failed upload leaves no object.
 */
export function s3Store({ bucket, prefix, region, endpoint, pathStyle }: S3Place): BackupStore {
  const client = new S3Client({
    region,
    forcePathStyle: pathStyle,
    ...(endpoint === undefined ? {} : { endpoint }),
    // A backup has its own checksum, and some compatible servers refuse these.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const address = (name: string) => `s3://${bucket}/${prefix}${name}`;
  const at = (name: string) => ({ Bucket: bucket, Key: `${prefix}${name}` });
  const explained = (error: unknown, name = '') => explain(error, { bucket, address: address(name) });
  return {
    address,
    async write(name, content) {
      // The upload reports an error of its source as its own.
      let failure: unknown;
      content.once('error', (error) => (failure = error));
      const upload = new Upload({
        client,
        params: { ...at(name), Body: content },
        partSize: partBytes,
        queueSize: partsInFlight,
      });
      await upload.done().catch((error: unknown) => {
        content.destroy();
        throw failure ?? explained(error, name);
      });
    },
    async read(name) {
      const { Body } = await client.send(new GetObjectCommand(at(name))).catch((error: unknown) => {
        throw explained(error, name);
      });
      if (Body instanceof Readable) return Body;
      throw new DatabaseToolError(`${address(name)} has no content.`);
    },
    async list() {
      const names: string[] = [];
      try {
        for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
          for (const { Key = '' } of page.Contents ?? []) names.push(Key.slice(prefix.length));
        }
      } catch (error) {
        throw explained(error);
      }
      return names;
    },
    async remove(name) {
      await client.send(new DeleteObjectCommand(at(name))).catch((error: unknown) => {
        throw explained(error, name);
      });
    },
  };
}

const advice: Readonly<Record<string, string>> = {
  NoSuchBucket: 'The bucket does not exist. Create it, or correct S3_BUCKET_NAME and AWS_REGION.',
  AccessDenied:
    'The credentials may not do this. They need s3:ListBucket, GetObject, PutObject and DeleteObject.',
  InvalidAccessKeyId: 'AWS_ACCESS_KEY_ID is unknown there. Check the credentials.',
  SignatureDoesNotMatch: 'AWS_SECRET_ACCESS_KEY is wrong. Check the credentials.',
  PermanentRedirect: 'The bucket is in another region. Correct AWS_REGION.',
  CredentialsProviderError:
    'There are no credentials. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or use a role.',
  ECONNREFUSED: 'Nothing listens there. Check S3_ENDPOINT.',
  ENOTFOUND: 'The host does not exist. Check S3_ENDPOINT and AWS_REGION.',
};

function explain(
  error: unknown,
  { bucket, address }: { readonly bucket: string; readonly address: string },
): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === 'NoSuchKey')
    return new DatabaseToolError(`${address} does not exist.`, { cause: error });
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  const known = advice[error.name] ?? advice[code];
  if (known === undefined && !(error instanceof S3ServiceException)) return error;
  return new DatabaseToolError(`The bucket ${bucket} cannot be used (${code}). ${known ?? error.message}`, {
    cause: error,
  });
}
