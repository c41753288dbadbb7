"""What BI tools read: views with stable names (migration 0016, docs/bi.md), and the role that may read nothing else."""
