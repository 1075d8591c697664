variable "region" {
  description = "Region of all resources."
  type        = string
  default     = "us-east-1"
}

variable "environment" {
  description = "Name of the deployment, part of the names of secrets, roles and log groups."
  type        = string
  default     = "production"
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}$", var.environment))
    error_message = "Use 2 to 31 lower-case letters, digits and hyphens."
  }
}

variable "bucket_prefix" {
  description = "Prefix of the names of buckets, which are unique in the world."
  type        = string
  default     = "valuecanvas"
}

variable "services" {
  description = "Services that have a secret, a role and a log group. npm test compares it with the table of services."
  type        = list(string)
  default     = ["gateway", "llm-router", "canvas", "prompt-registry", "feature-flags", "job-worker"]
}

variable "backup_retention_days" {
  description = "Days after which S3 deletes backups and their older versions. db:backup deletes on its own after BACKUP_RETENTION_DAYS."
  type        = number
  default     = 120
}

variable "log_retention_days" {
  description = "Days for which CloudWatch keeps logs."
  type        = number
  default     = 30
}

variable "oidc_provider_arn" {
  description = "ARN of the IAM OIDC provider of the EKS cluster. Without it, no roles for ServiceAccounts are created."
  type        = string
  default     = null
}

variable "namespace" {
  description = "Kubernetes namespace of the ServiceAccounts."
  type        = string
  default     = "valuecanvas"
}

variable "create_database" {
  description = "Whether to create PostgreSQL in RDS."
  type        = bool
  default     = false
}

variable "create_redis" {
  description = "Whether to create Redis in ElastiCache. It keeps snapshots, but no append-only file."
  type        = bool
  default     = false
}

variable "create_memorydb" {
  description = "Whether to create MemoryDB, which is durable, in place of ElastiCache."
  type        = bool
  default     = false
}

variable "vpc_id" {
  description = "VPC of the databases."
  type        = string
  default     = null
}

variable "subnet_ids" {
  description = "Private subnets of the databases, in two zones or more."
  type        = list(string)
  default     = []
}

variable "client_security_group_ids" {
  description = "Security groups that may connect to the databases: those of the cluster's nodes."
  type        = list(string)
  default     = []
}

variable "database_instance_class" {
  description = "Instance class of RDS."
  type        = string
  default     = "db.t4g.medium"
}

variable "redis_node_type" {
  description = "Node type of ElastiCache and MemoryDB, without the prefix of the service: cache.t4g.small and db.t4g.small are t4g.small."
  type        = string
  default     = "t4g.small"
}

variable "redis_access" {
  description = "Who may use Redis: id of a user group of ElastiCache, or name of an access list of MemoryDB. Required with either of them; the README shows how to make one, because Terraform would keep the password in its state."
  type        = string
  default     = null
  validation {
    condition     = var.redis_access != "open-access"
    error_message = "The access list open-access needs no password: make one of your own, as the README shows."
  }
}
