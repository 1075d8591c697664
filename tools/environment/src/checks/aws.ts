import type { Environment } from '@valuecanvas/service-kit';
import { type Check, Finding } from '../check.ts';

const credentials =
  'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or run this where a role is attached.';

const client = { requestHandler: { connectionTimeout: 3_000, requestTimeout: 5_000 }, maxAttempts: 1 };

/**
 * Checks of what the environment names in AWS: the identity, and the bucket of backups. Secrets are read with the variables of
 * each service.
 */
export function awsChecks(environment: Environment): Check[] {
  const region = environment.AWS_REGION?.trim();
  const bucket = environment.S3_BUCKET_NAME?.trim();
  const usesAws = Boolean(
    environment.SECRETS_MANAGER_SECRET_NAME?.trim() || (bucket && !environment.S3_ENDPOINT),
  );
  if (usesAws && !region) return [noRegion];
  return [
    ...(usesAws ? [identityCheck(region ?? '')] : []),
    ...(bucket ? [bucketCheck(bucket, region ?? 'us-east-1', environment.S3_ENDPOINT?.trim())] : []),
  ];
}

const noRegion: Check = {
  what: 'AWS',
  todo: '',
  async run() {
    throw new Finding(
      'failed',
      'AWS_REGION is not set.',
      'Set it to the region of the bucket and of the secrets.',
    );
  },
};

function identityCheck(region: string): Check {
  return {
    what: 'AWS identity',
    todo: credentials,
    async run(abortSignal) {
      const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts');
      const sts = new STSClient({ region, ...client });
      const { Arn } = await sts.send(new GetCallerIdentityCommand({}), { abortSignal });
      return Arn ?? 'no ARN';
    },
  };
}

function bucketCheck(bucket: string, region: string, endpoint: string | undefined): Check {
  return {
    what: `bucket ${bucket}`,
    todo: `Create it (infrastructure/terraform), and allow this identity s3:ListBucket, s3:GetObject and s3:PutObject. ${credentials}`,
    async run(abortSignal) {
      const { ListObjectsV2Command, S3Client } = await import('@aws-sdk/client-s3');
      const s3 = new S3Client({
        region,
        forcePathStyle: endpoint !== undefined,
        ...(endpoint ? { endpoint } : {}),
        ...client,
      });
      const page = await s3.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: 'backups/', MaxKeys: 1 }),
        { abortSignal },
      );
      return page.KeyCount ? 'reachable, has backups' : 'reachable, no backup yet';
    },
  };
}
