# One secret per service and one for migrations, each a JSON object whose keys are names of variables. Terraform creates them empty:
# values in its state would be readable there.

resource "aws_secretsmanager_secret" "this" {
  for_each                = toset(concat(var.services, ["migrate"]))
  name                    = "valuecanvas/${var.environment}/${each.key}"
  description             = "Variables of ${each.key}."
  recovery_window_in_days = 14
}
