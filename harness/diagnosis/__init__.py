"""From an administrator's real exports to the cause and the cure: who would arrive in AWS, who not, and what to change."""
