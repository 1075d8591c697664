output "buckets" {
  description = "S3_BUCKET_NAME is that of backups."
  value       = { for name, bucket in aws_s3_bucket.this : name => bucket.bucket }
}

output "secrets" {
  description = "SECRETS_MANAGER_SECRET_NAME of each service."
  value       = { for name, secret in aws_secretsmanager_secret.this : name => secret.name }
}

output "roles" {
  description = "Values of the annotation eks.amazonaws.com/role-arn, by ServiceAccount."
  value       = { for name, role in aws_iam_role.this : name => role.arn }
}

output "log_groups" {
  description = "Log groups by app."
  value       = { for name, group in aws_cloudwatch_log_group.this : name => group.name }
}

output "database_address" {
  description = "Host of PostgreSQL, if it was created. Its password is in the secret that RDS manages."
  value       = one(aws_db_instance.this[*].address)
}

output "redis_address" {
  description = "Host of Redis, if it was created."
  value = coalesce(
    one(aws_elasticache_replication_group.this[*].primary_endpoint_address),
    try(aws_memorydb_cluster.this[0].cluster_endpoint[0].address, null),
    "none",
  )
}
