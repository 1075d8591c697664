#!/bin/sh
# Starts Alertmanager with the channels that the environment configures: PAGERDUTY_ROUTING_KEY, SLACK_WEBHOOK_URL,
# ALERT_WEBHOOK_URL, and for mail ALERT_EMAIL, EMAIL_FROM, SMTP_HOST, SMTP_PORT, SMTP_USER and SMTP_PASSWORD. Without any,
# alerts are shown by its page only. Arguments go to Alertmanager; ALERTMANAGER is its path.
set -eu
here=$(dirname "$0")
run=${RUN_DIR:-/tmp/alertmanager}
umask 077
mkdir -p "$run"
printf %s "${PAGERDUTY_ROUTING_KEY:-}" > "$run/pagerduty_key"
printf %s "${SLACK_WEBHOOK_URL:-}" > "$run/slack_url"
printf %s "${ALERT_WEBHOOK_URL:-}" > "$run/webhook_url"
printf %s "${SMTP_PASSWORD:-}" > "$run/smtp_password"

off=
[ -n "${PAGERDUTY_ROUTING_KEY:-}" ] || off="$off/# pagerduty\$/d;"
[ -n "${SLACK_WEBHOOK_URL:-}" ] || off="$off/# slack\$/d;"
[ -n "${ALERT_WEBHOOK_URL:-}" ] || off="$off/# webhook\$/d;"
[ -n "${ALERT_EMAIL:-}" ] || off="$off/# mail\$/d;"
[ -n "${SMTP_USER:-}" ] || off="$off/smtp_auth_/d;"
sed -e "s|SECRETS|$run|;s|SMTP_HOST|${SMTP_HOST:-localhost}:${SMTP_PORT:-587}|;s|EMAIL_FROM|${EMAIL_FROM:-}|;s|SMTP_USER|${SMTP_USER:-}|;s|ALERT_EMAIL|${ALERT_EMAIL:-}|" \
  -e "$off" "$here/alertmanager.yml" > "$run/alertmanager.yml"
unset PAGERDUTY_ROUTING_KEY SLACK_WEBHOOK_URL ALERT_WEBHOOK_URL SMTP_PASSWORD
exec "${ALERTMANAGER:-/bin/alertmanager}" --config.file="$run/alertmanager.yml" "$@"
