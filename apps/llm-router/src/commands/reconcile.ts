import { reconcile } from '../ledger/reconciliation/reconcile.ts';

try {
  const { text, agrees } = await reconcile(process.argv.slice(2), process.env, Date.now());
  console.log(text);
  process.exitCode = agrees ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
