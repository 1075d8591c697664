# Optional: PostgreSQL in RDS, and Redis in ElastiCache or MemoryDB. All are private, encrypted and in two zones.

locals {
  name         = "valuecanvas-${var.environment}"
  has_database = var.create_database ? 1 : 0
  has_redis    = var.create_redis ? 1 : 0
  has_memorydb = var.create_memorydb ? 1 : 0
  ports = merge(
    var.create_database ? { database = 5432 } : {},
    var.create_redis || var.create_memorydb ? { redis = 6379 } : {},
  )
}

resource "aws_security_group" "this" {
  for_each    = local.ports
  name        = "${local.name}-${each.key}"
  description = "Clients of the ${each.key} of ${local.name}"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  for_each = {
    for pair in setproduct(keys(local.ports), var.client_security_group_ids) : "${pair[0]}-${pair[1]}" => {
      part   = pair[0]
      client = pair[1]
    }
  }
  security_group_id            = aws_security_group.this[each.value.part].id
  referenced_security_group_id = each.value.client
  ip_protocol                  = "tcp"
  from_port                    = local.ports[each.value.part]
  to_port                      = local.ports[each.value.part]
}

resource "aws_db_subnet_group" "this" {
  count      = local.has_database
  name       = local.name
  subnet_ids = var.subnet_ids
}

resource "aws_db_parameter_group" "this" {
  count  = local.has_database
  name   = "${local.name}-15"
  family = "postgres15"
  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }
}

resource "aws_db_instance" "this" {
  count                       = local.has_database
  identifier                  = local.name
  engine                      = "postgres"
  engine_version              = "15"
  instance_class              = var.database_instance_class
  allocated_storage           = 50
  max_allocated_storage       = 500
  storage_encrypted           = true
  db_name                     = "valuecanvas"
  username                    = "valuecanvas"
  manage_master_user_password = true
  multi_az                    = true
  db_subnet_group_name        = aws_db_subnet_group.this[0].name
  parameter_group_name        = aws_db_parameter_group.this[0].name
  vpc_security_group_ids      = [aws_security_group.this["database"].id]
  publicly_accessible         = false
  # Point-in-time recovery, beside the backups of db:backup.
  backup_retention_period   = 14
  copy_tags_to_snapshot     = true
  deletion_protection       = true
  final_snapshot_identifier = "${local.name}-final"
}

resource "aws_elasticache_subnet_group" "this" {
  count      = local.has_redis
  name       = local.name
  subnet_ids = var.subnet_ids
}

resource "aws_elasticache_parameter_group" "this" {
  count  = local.has_redis
  name   = "${local.name}-redis7"
  family = "redis7"
  # Eviction would drop jobs, budgets and the journal.
  parameter {
    name  = "maxmemory-policy"
    value = "noeviction"
  }
}

resource "aws_elasticache_replication_group" "this" {
  count                      = local.has_redis
  replication_group_id       = local.name
  description                = "Queue, journal, budgets and cache of ${local.name}"
  engine                     = "redis"
  engine_version             = "7.1"
  node_type                  = "cache.${var.redis_node_type}"
  num_cache_clusters         = 2
  automatic_failover_enabled = true
  multi_az_enabled           = true
  parameter_group_name       = aws_elasticache_parameter_group.this[0].name
  subnet_group_name          = aws_elasticache_subnet_group.this[0].name
  security_group_ids         = [aws_security_group.this["redis"].id]
  user_group_ids             = [var.redis_access]
  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
  snapshot_retention_limit   = 7
  lifecycle {
    precondition {
      condition     = var.redis_access != null
      error_message = "Set redis_access, so that Redis asks for a password."
    }
  }
}

resource "aws_memorydb_subnet_group" "this" {
  count      = local.has_memorydb
  name       = local.name
  subnet_ids = var.subnet_ids
}

resource "aws_memorydb_parameter_group" "this" {
  count  = local.has_memorydb
  name   = "${local.name}-redis7"
  family = "memorydb_redis7"
  parameter {
    name  = "maxmemory-policy"
    value = "noeviction"
  }
}

# One shard: the platform does not use Redis Cluster.
resource "aws_memorydb_cluster" "this" {
  count                    = local.has_memorydb
  name                     = local.name
  acl_name                 = var.redis_access
  node_type                = "db.${var.redis_node_type}"
  engine_version           = "7.1"
  num_shards               = 1
  num_replicas_per_shard   = 1
  parameter_group_name     = aws_memorydb_parameter_group.this[0].name
  subnet_group_name        = aws_memorydb_subnet_group.this[0].name
  security_group_ids       = [aws_security_group.this["redis"].id]
  tls_enabled              = true
  snapshot_retention_limit = 7
  lifecycle {
    precondition {
      condition     = var.redis_access != null
      error_message = "Set redis_access, so that Redis asks for a password."
    }
  }
}
