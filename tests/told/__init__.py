"""What people are told: findings, explanations, hints, words of forms, the terminal."""
