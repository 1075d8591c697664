# terraform test: plans against a mock of AWS, without an account.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

run "buckets_are_private_versioned_and_encrypted" {
  command = plan
  assert {
    condition     = alltrue([for block in aws_s3_bucket_public_access_block.this : block.block_public_acls && block.block_public_policy && block.ignore_public_acls && block.restrict_public_buckets])
    error_message = "A bucket may become public."
  }
  assert {
    condition     = alltrue([for bucket in aws_s3_bucket_versioning.this : bucket.versioning_configuration[0].status == "Enabled"])
    error_message = "A bucket has no versions."
  }
  assert {
    condition     = length(aws_s3_bucket_server_side_encryption_configuration.this) == length(aws_s3_bucket.this)
    error_message = "A bucket is not encrypted."
  }
  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.this : group.retention_in_days == 30])
    error_message = "A log group keeps its logs forever."
  }
}

run "without_options_there_are_no_roles_and_no_databases" {
  command = plan
  assert {
    condition     = length(aws_iam_role.this) + length(aws_db_instance.this) + length(aws_elasticache_replication_group.this) + length(aws_memorydb_cluster.this) == 0
    error_message = "Something was planned that was not asked for."
  }
}

run "each_service_account_gets_a_role" {
  command = plan
  variables {
    oidc_provider_arn = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/ABC"
  }
  assert {
    condition     = length(aws_iam_role.this) == length(var.services) + 3
    error_message = "A ServiceAccount has no role."
  }
}

run "databases_are_private_and_encrypted" {
  command = plan
  variables {
    create_database           = true
    create_redis              = true
    create_memorydb           = true
    vpc_id                    = "vpc-1"
    subnet_ids                = ["subnet-1", "subnet-2"]
    client_security_group_ids = ["sg-1"]
    redis_access              = "valuecanvas"
  }
  assert {
    condition     = aws_db_instance.this[0].storage_encrypted && !aws_db_instance.this[0].publicly_accessible && aws_db_instance.this[0].multi_az
    error_message = "The database is public, not encrypted, or in one zone."
  }
  assert {
    condition     = aws_elasticache_replication_group.this[0].transit_encryption_enabled && tobool(aws_elasticache_replication_group.this[0].at_rest_encryption_enabled)
    error_message = "Redis is not encrypted."
  }
  assert {
    condition     = aws_memorydb_cluster.this[0].num_shards == 1 && aws_memorydb_cluster.this[0].tls_enabled
    error_message = "MemoryDB has several shards, or no TLS."
  }
  assert {
    condition     = aws_memorydb_cluster.this[0].acl_name == "valuecanvas" && contains(aws_elasticache_replication_group.this[0].user_group_ids, "valuecanvas")
    error_message = "Redis asks for no password."
  }
}

run "redis_without_a_password_is_refused" {
  command = plan
  variables {
    create_memorydb = true
    subnet_ids      = ["subnet-1", "subnet-2"]
    vpc_id          = "vpc-1"
  }
  expect_failures = [aws_memorydb_cluster.this]
}

run "open_access_is_refused" {
  command = plan
  variables {
    redis_access = "open-access"
  }
  expect_failures = [var.redis_access]
}
