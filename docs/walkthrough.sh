#!/usr/bin/env bash
# What a governance platform does with an access list, step by step with curl: connect, discover, aggregate, provision a
# member, run into a newer version (412), read again and succeed.
#
# It needs curl, jq and a running server:  rollcall serve access
# Set ROLLCALL to the command if it is not on the PATH; the command's own settings (ROLLCALL_DATA, ROLLCALL_ACCESS_URL …)
# apply. INTEGRATION names the integration that is made, so that the script can be run again with another name.
set -euo pipefail

rollcall=${ROLLCALL:-rollcall}
integration=${INTEGRATION:-sailpoint}
answer=$(mktemp); headers=$(mktemp); trap 'rm -f "$answer" "$headers"' EXIT

step() { printf '\n# %s\n' "$*"; }
fail() { printf 'walkthrough: %s\n' "$*" >&2; exit 1; }

# scim STATUS METHOD PATH [curl options]: calls the SCIM endpoint, shows the exchange, stops unless the status is right.
scim() {
  local expected=$1 method=$2 path=$3 status; shift 3
  status=$(curl -sS -o "$answer" -D "$headers" -w '%{http_code}' -X "$method" "$scim_base_url$path" \
    -H "Authorization: Bearer $token" -H 'Content-Type: application/scim+json' "$@")
  printf '%s %s -> %s' "$method" "$path" "$status"
  etag=$(sed -n 's/^[Ee][Tt][Aa][Gg]: *//p' "$headers" | tr -d '\r')
  if [ -n "$etag" ]; then printf '  ETag: %s' "$etag"; fi
  printf '\n'
  [ "$status" = "$expected" ] || { cat "$answer" >&2; fail "expected status $expected"; }
}

# member OP USER: the body of a PATCH that adds or removes one member.
member() {
  local path='"path":"members","value":[{"value":"'$2'"}]'
  if [ "$1" = remove ]; then path='"path":"members[value eq \"'$2'\"]"'; fi
  printf '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"%s",%s}]}' "$1" "$path"
}

step "An administrator connects the platform and makes an access list for it"
created=$("$rollcall" integrations create "$integration" --platform identityiq --output json)
scim_base_url=$(jq -r .scimBaseUrl <<<"$created")
token_url=$(jq -r .tokenUrl <<<"$created")
client_id=$(jq -r .clientId <<<"$created")
client_secret=$(jq -r .clientSecret <<<"$created")
jq '{scimBaseUrl, tokenUrl, clientId}' <<<"$created"
"$rollcall" lists create --name "$integration-payroll" --title Payroll --type scim --integration "$integration" \
  --owner ann@example.com --grant-role payroll-reader

step "The platform gets a token; like SailPoint, it sends its credentials in the header and in the body"
token=$(curl -sSf -u "$client_id:$client_secret" \
  -d grant_type=client_credentials -d "client_id=$client_id" -d "client_secret=$client_secret" "$token_url" | tee "$answer" | jq -r .access_token)
jq -c '{token_type, expires_in}' "$answer"

step "Test Connection and Discover Schema: versions are supported, and the schema has meta.version"
for path in /ServiceProviderConfig /ResourceTypes /ResourceTypes/User /ResourceTypes/Group /Schemas; do scim 200 GET "$path"; done
jq -c '.Resources[] | select(.name == "Group") | [.attributes[].name]' "$answer"
scim 200 GET /Schemas/urn:ietf:params:scim:schemas:core:2.0:Group
jq -c '.attributes[] | select(.name == "meta") | [.subAttributes[].name]' "$answer"

step "Group aggregation finds the list"
scim 200 GET '/Groups?startIndex=1&count=100'
jq -c '.Resources[] | {id, displayName, version: .meta.version}' "$answer"
group=$(jq -r '.Resources[0].id' "$answer")

step "Accounts for Bob and Carol"
scim 201 POST /Users -d '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"bob@example.com","externalId":"1001"}'
bob=$(jq -r .id "$answer")
scim 201 POST /Users -d '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"carol@example.com","externalId":"1002"}'
carol=$(jq -r .id "$answer")

step "Two workers of the platform read the same version of the group"
scim 200 GET "/Groups/$group"
version=$etag

step "The first one adds Bob"
scim 204 PATCH "/Groups/$group" -H "If-Match: $version" -d "$(member add "$bob")"

step "The second one adds Carol to the version that it read: that version is gone, and nothing is changed"
scim 412 PATCH "/Groups/$group" -H "If-Match: $version" -d "$(member add "$carol")"
jq . "$answer"

step "It fetches the group again, and tries again with the version that it finds"
scim 200 GET "/Groups/$group"
scim 204 PATCH "/Groups/$group" -H "If-Match: $etag" -d "$(member add "$carol")"

step "Both are members; nothing was lost"
scim 200 GET "/Groups/$group?attributes=members.value,members.display"
jq -c '[.members[].display]' "$answer"
[ "$(jq '.members | length' "$answer")" = 2 ] || fail "expected two members"
scim 200 GET "/Users/$carol"
jq -c '[.groups[].display]' "$answer"

step "Bob leaves; asking twice does no harm"
scim 204 PATCH "/Groups/$group" -d "$(member remove "$bob")"
scim 204 PATCH "/Groups/$group" -d "$(member remove "$bob")"
scim 200 GET "/Groups/$group?attributes=members.display"
jq -c '[.members[].display]' "$answer"
