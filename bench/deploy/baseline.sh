#!/usr/bin/env bash
# A deploy before genato: one aws command after another, a corrected version of the old script. Like that one, it
# uploads, publishes, updates and invalidates in every run.
#
# baseline.sh <stack> <package.zip>
set -euo pipefail

stack=$1
zip=$2
export AWS_DEFAULT_REGION=us-east-1 AWS_DEFAULT_OUTPUT=text AWS_PAGER=''

function=$stack-func
role=$stack-role
key=$function.zip
tag="Key=genato:stack,Value=$stack"

# Each call prints its name, so that the caller can count them.
exec 3>&1
aws() {
  echo "aws $1 $2" >&3
  command aws "$@"
}

# Runs a call that may fail with one error, whose text is the first argument. Fails if the call failed that way.
unless() {
  local expected=$1 said
  shift
  if said=$("$@" 2>&1 >/dev/null); then return 0; fi
  [[ $said == *"$expected"* ]] && return 1
  echo "$said" >&2
  exit 1
}

account=$(aws sts get-caller-identity --query Account)
images=$stack-images-$account
packages=$stack-lambda-$account

# Buckets. In us-east-1, creating a bucket that the account already owns is not an error.
for bucket in "$images" "$packages"; do
  aws s3api create-bucket --bucket "$bucket" >/dev/null
  aws s3api put-public-access-block --bucket "$bucket" --public-access-block-configuration \
    BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true
  aws s3api put-bucket-tagging --bucket "$bucket" --tagging "TagSet=[{$tag}]"
done
aws s3api put-bucket-lifecycle-configuration --bucket "$images" --lifecycle-configuration \
  '{"Rules":[{"ID":"images","Status":"Enabled","Filter":{"Prefix":"generated/"},"Expiration":{"Days":90}}]}' \
  >/dev/null

# The role.
unless EntityAlreadyExists aws iam create-role --role-name "$role" --tags "$tag" \
  --assume-role-policy-document '{
    "Version": "2012-10-17",
    "Statement": [{
      "Effect": "Allow",
      "Principal": {"Service": ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]},
      "Action": "sts:AssumeRole"
    }]
  }' || true
aws iam attach-role-policy --role-name "$role" \
  --policy-arn arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
aws iam put-role-policy --role-name "$role" --policy-name images --policy-document "{
  \"Version\": \"2012-10-17\",
  \"Statement\": [
    {\"Effect\": \"Allow\", \"Action\": [\"s3:GetObject\", \"s3:PutObject\"], \"Resource\": \"arn:aws:s3:::$images/*\"},
    {\"Effect\": \"Allow\", \"Action\": \"s3:ListBucket\", \"Resource\": \"arn:aws:s3:::$images\"}
  ]
}"

# The function, and a version of it.
aws s3 cp --only-show-errors "$zip" "s3://$packages/$key"
if unless ResourceNotFoundException aws lambda get-function --function-name "$function"; then
  aws lambda update-function-code --function-name "$function" --s3-bucket "$packages" --s3-key "$key" >/dev/null
  aws lambda wait function-updated-v2 --function-name "$function"
else
  # A new role can be assumed after up to a minute.
  for try in {1..20}; do
    unless 'cannot be assumed by Lambda' aws lambda create-function --function-name "$function" \
      --role "arn:aws:iam::$account:role/$role" --runtime nodejs24.x --handler index.handler \
      --memory-size 1769 --timeout 30 --tags "genato:stack=$stack" \
      --code "S3Bucket=$packages,S3Key=$key" && break
    [[ $try == 20 ]] && echo "The role $role can't be assumed." >&2 && exit 1
    sleep 3
  done
  aws lambda wait function-active-v2 --function-name "$function"
  aws lambda add-permission --function-name "$function" --statement-id edge \
    --principal edgelambda.amazonaws.com --action lambda:GetFunction >/dev/null
fi
version=$(aws lambda publish-version --function-name "$function" --query FunctionArn)

# The distribution, as JSON: text output applies the query to each page, and prints None if there is no match.
id=$(aws cloudfront list-distributions --output json \
  --query "DistributionList.Items[?Comment=='$stack'] | [0].Id" | tr -d '"')
if [[ $id == null ]]; then
  control=$(aws cloudfront create-origin-access-control --query OriginAccessControl.Id \
    --origin-access-control-config \
    "Name=$images,SigningProtocol=sigv4,SigningBehavior=always,OriginAccessControlOriginType=s3")
  id=$(aws cloudfront create-distribution-with-tags --query Distribution.Id \
    --distribution-config-with-tags "{
      \"Tags\": {\"Items\": [{\"Key\": \"genato:stack\", \"Value\": \"$stack\"}]},
      \"DistributionConfig\": {
        \"CallerReference\": \"$stack-$account\",
        \"Comment\": \"$stack\",
        \"Enabled\": true,
        \"Origins\": {\"Quantity\": 1, \"Items\": [{
          \"Id\": \"images\",
          \"DomainName\": \"$images.s3.us-east-1.amazonaws.com\",
          \"OriginAccessControlId\": \"$control\",
          \"S3OriginConfig\": {\"OriginAccessIdentity\": \"\"}
        }]},
        \"DefaultCacheBehavior\": {
          \"TargetOriginId\": \"images\",
          \"ViewerProtocolPolicy\": \"redirect-to-https\",
          \"CachePolicyId\": \"658327ea-f89d-4fab-a63d-7e88639e58f6\",
          \"LambdaFunctionAssociations\": {\"Quantity\": 1, \"Items\": [
            {\"EventType\": \"origin-request\", \"LambdaFunctionARN\": \"$version\", \"IncludeBody\": false}
          ]}
        }
      }
    }")
  created=yes
else
  config=$(aws cloudfront get-distribution-config --id "$id" --query '[ETag, to_string(DistributionConfig)]')
  aws cloudfront update-distribution --id "$id" --if-match "${config%%$'\t'*}" --distribution-config \
    "$(sed -E "s|${version%:*}:[0-9]+|$version|" <<<"${config#*$'\t'}")" >/dev/null
  created=no
fi
aws s3api put-bucket-policy --bucket "$images" --policy "{
  \"Version\": \"2012-10-17\",
  \"Statement\": [{
    \"Sid\": \"Read\",
    \"Effect\": \"Allow\",
    \"Principal\": {\"Service\": \"cloudfront.amazonaws.com\"},
    \"Action\": \"s3:GetObject\",
    \"Resource\": \"arn:aws:s3:::$images/*\",
    \"Condition\": {\"StringEquals\": {\"AWS:SourceArn\": \"arn:aws:cloudfront::$account:distribution/$id\"}}
  }]
}"
aws cloudfront wait distribution-deployed --id "$id"
if [[ $created == no ]]; then
  aws cloudfront create-invalidation --distribution-id "$id" --paths '/*' >/dev/null
fi
echo "deployed $version to $id"
