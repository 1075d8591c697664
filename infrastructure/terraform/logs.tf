resource "aws_cloudwatch_log_group" "this" {
  for_each          = toset(concat(var.services, ["migrate", "backup"]))
  name              = "/valuecanvas/${var.environment}/${each.key}"
  retention_in_days = var.log_retention_days
}
