"""What integration tests stand on: the product's functions in this process, AWS beside them.

Tables and key come from infra/data.yaml through moto; routes, subscriptions, environment and
permissions are read from template.yaml, so that a test fails when they do not fit the code. What
AWS carries between functions (streams, the bus, queues, executions) moves only when a test says so,
and by the test's clock.
"""
