"""Online stores: one vector per entity, a newer one never overwritten by an older one."""
