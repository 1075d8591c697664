# Roles for ServiceAccounts. Each may do what its pods need, and nothing else.

locals {
  with_roles = var.oidc_provider_arn != null
  issuer     = local.with_roles ? regex("oidc-provider/(.*)$", var.oidc_provider_arn)[0] : ""
  # ServiceAccounts, and the policies of each.
  accounts = local.with_roles ? merge(
    { for service in var.services : service => data.aws_iam_policy_document.read_secret[service].json },
    {
      backup           = data.aws_iam_policy_document.write_backups.json
      external-secrets = data.aws_iam_policy_document.read_all_secrets.json
      logs             = data.aws_iam_policy_document.write_logs.json
    },
  ) : {}
}

data "aws_iam_policy_document" "assume" {
  for_each = local.accounts
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [var.oidc_provider_arn]
    }
    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:sub"
      # The agent that reads the logs of nodes has a namespace of its own.
      values = ["system:serviceaccount:${var.namespace}${each.key == "logs" ? "-logs" : ""}:${each.key}"]
    }
    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:aud"
      values   = ["sts.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "this" {
  for_each           = local.accounts
  name               = "valuecanvas-${var.environment}-${each.key}"
  assume_role_policy = data.aws_iam_policy_document.assume[each.key].json
}

resource "aws_iam_role_policy" "this" {
  for_each = local.accounts
  name     = "least-privilege"
  role     = aws_iam_role.this[each.key].id
  policy   = each.value
}

data "aws_iam_policy_document" "read_secret" {
  for_each = toset(var.services)
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [aws_secretsmanager_secret.this[each.key].arn]
  }
}

data "aws_iam_policy_document" "read_all_secrets" {
  statement {
    actions   = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"]
    resources = [for secret in aws_secretsmanager_secret.this : secret.arn]
  }
}

# Retention deletes old backups. Versioning keeps what was deleted for 30 days.
data "aws_iam_policy_document" "write_backups" {
  statement {
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.this["backups"].arn]
    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["backups/*"]
    }
  }
  statement {
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
    resources = ["${aws_s3_bucket.this["backups"].arn}/backups/*"]
  }
}

data "aws_iam_policy_document" "write_logs" {
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
    resources = [for group in aws_cloudwatch_log_group.this : "${group.arn}:*"]
  }
}
