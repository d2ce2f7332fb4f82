-- The run's files with their figures, as `--json` has them: JSON array; NULL: none
ALTER TABLE tempostar_runs ADD COLUMN files TEXT;
-- The first of its problems: JSON array of {code, severity, ja, en}; NULL: none
ALTER TABLE tempostar_runs ADD COLUMN problems TEXT;
-- The terminal at which an order was approved; NULL: none
ALTER TABLE tempostar_order_approvals ADD COLUMN terminal TEXT;
