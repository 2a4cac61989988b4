/**
 * Every AWS resource type and lookup that this program uses, and nothing else.
 *
 * Each class is taken from its own file: Node copies all named exports of `@pulumi/aws` when it is imported from an ES
 * module, which costs a fifth of a second of every preview. The list is also what a provider must know to run the program.
 */
export { EventRule } from "@pulumi/aws/cloudwatch/eventRule.js";
export { EventTarget } from "@pulumi/aws/cloudwatch/eventTarget.js";
export { LogGroup } from "@pulumi/aws/cloudwatch/logGroup.js";
export { MetricAlarm } from "@pulumi/aws/cloudwatch/metricAlarm.js";
export { Table } from "@pulumi/aws/dynamodb/table.js";
export { getCallerIdentity } from "@pulumi/aws/getCallerIdentity.js";
export { getSessionContext } from "@pulumi/aws/iam/getSessionContext.js";
export { Role } from "@pulumi/aws/iam/role.js";
export { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
export { Alias } from "@pulumi/aws/kms/alias.js";
export { Key } from "@pulumi/aws/kms/key.js";
export { EventSourceMapping } from "@pulumi/aws/lambda/eventSourceMapping.js";
export { Function as LambdaFunction } from "@pulumi/aws/lambda/function.js";
export { FunctionRecursionConfig } from "@pulumi/aws/lambda/functionRecursionConfig.js";
export { Provider, type ProviderArgs } from "@pulumi/aws/provider.js";
export { Bucket } from "@pulumi/aws/s3/bucket.js";
export { BucketLifecycleConfiguration } from "@pulumi/aws/s3/bucketLifecycleConfiguration.js";
export { BucketNotification } from "@pulumi/aws/s3/bucketNotification.js";
export { BucketOwnershipControls } from "@pulumi/aws/s3/bucketOwnershipControls.js";
export { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy.js";
export { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock.js";
export { BucketReplicationConfig } from "@pulumi/aws/s3/bucketReplicationConfig.js";
export { BucketServerSideEncryptionConfiguration } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration.js";
export { BucketVersioning } from "@pulumi/aws/s3/bucketVersioning.js";
export { Topic } from "@pulumi/aws/sns/topic.js";
export { TopicPolicy } from "@pulumi/aws/sns/topicPolicy.js";
export { TopicSubscription } from "@pulumi/aws/sns/topicSubscription.js";
export { Queue } from "@pulumi/aws/sqs/queue.js";
export { QueuePolicy } from "@pulumi/aws/sqs/queuePolicy.js";
