// Job workers on one host, without containers: `npm run build`, then
// `npx pm2 start infrastructure/pm2/ecosystem.config.cjs`. pm2 passes the environment of its shell to the workers.
const { join } = require('node:path');

const firstInternalPort = Number(process.env.INTERNAL_PORT || 9105);

module.exports = {
  apps: [
    {
      name: 'job-worker',
      cwd: join(__dirname, '../../dist/job-worker'),
      script: 'main.js',
      interpreter: process.execPath,
      node_args: ['--import', './register.js'],
      exec_mode: 'fork',
      instances: Number(process.env.WORKERS || 3),
      // The API has one port. Health checks and metrics of each worker have their own: 9105, 9106, 9107.
      env: { NODE_ENV: 'production', SHARE_PORTS: 'true', INTERNAL_PORT: firstInternalPort },
      increment_var: 'INTERNAL_PORT',
      // Longer than SHUTDOWN_GRACE_MS, so that running jobs can finish.
      kill_timeout: 30_000,
      exp_backoff_restart_delay: 500,
    },
  ],
};
