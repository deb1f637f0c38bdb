"""AWS services: clients, DynamoDB, SQS, S3, KMS, EventBridge, Step Functions and SES."""
