"""What a request costs: the main reads and the intake beside a bare route that answers with the same bytes."""
