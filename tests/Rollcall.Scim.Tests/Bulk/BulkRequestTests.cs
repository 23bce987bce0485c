using System.Buffers;
using System.Text.Json.Nodes;
using CsCheck;
using Rollcall.Scim.Bulk;
using Rollcall.Scim.Schemas;
using Xunit;

namespace Rollcall.Scim.Tests.Bulk;

/// <summary>The shape of the messages; what the server makes of each operation is in the tables of requests.</summary>
public sealed class BulkRequestTests
{
    [Fact]
    [Trait("req", "S-318")]
    public void More_operations_than_allowed_are_413_that_names_the_limit()
    {
        var body = new JsonObject { ["schemas"] = new JsonArray(SchemaUris.BulkRequest), ["Operations"] = new JsonArray([.. Enumerable.Range(0, 4).Select(_ => new JsonObject { ["method"] = "DELETE", ["path"] = "/Users/1" })]) };

        var fault = Assert.Throws<ScimException>(() => BulkRequests.Parse(body, maxOperations: 3));

        Assert.Equal((413, null), (fault.Status, fault.ScimType));
        Assert.Contains("at most 3 ", fault.Message, StringComparison.Ordinal);
        Assert.Equal(4, BulkRequests.Parse(body, maxOperations: 4).Operations.Count);
    }

    [Fact]
    public void A_path_is_read_as_the_endpoints_read_theirs()
    {
        Assert.Equal("a b/c", BulkRequests.Of("PATCH users/a%20b%2Fc/").Operations[0].Path!.Id);
        Assert.Equal("Group", BulkRequests.Of("DELETE GROUPS/1").Operations[0].Path!.Type.Name);
    }

    [Fact]
    [Trait("req", "S-308")]
    [Trait("req", "S-309")]
    public void A_response_has_the_keys_of_the_rfc_in_its_order_and_status_as_text()
    {
        var output = new ArrayBufferWriter<byte>();
        BulkResponse.Write(output,
        [
            new BulkResult { Method = "POST", BulkId = "q", Location = "https://x/Users/1", Version = new ScimVersion(7), Status = 201 },
            new BulkResult { Method = "DELETE", Status = 404, Fault = ScimException.NotFound("Gone.") },
        ]);

        Assert.Equal(
            """{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkResponse"],"Operations":[{"location":"https://x/Users/1","method":"POST","bulkId":"q","version":"W/\"7\"","status":"201"},{"method":"DELETE","status":"404","response":{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"404","detail":"Gone."}}]}""",
            System.Text.Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void Random_messages_are_read_or_refused() => Gen.Select(Fuzz.Documents.List[1, 3], Gen.OneOf("POST", "PATCH", "put", "JUMP"), Gen.OneOf("/Users", "/Groups/1", "/Users/bulkId:x", "//", "")).Sample((documents, method, path) =>
    {
        var operations = new JsonArray([.. documents.Select((document, index) => new JsonObject { ["method"] = method, ["path"] = path, ["bulkId"] = $"{index}", ["data"] = document.DeepClone() }), .. documents.Select(document => document.DeepClone())]);
        try
        {
            var request = BulkRequests.Parse(new JsonObject { ["schemas"] = new JsonArray(SchemaUris.BulkRequest), ["Operations"] = operations });
            Assert.Equal(request.Operations.Count, BulkPlan.Of(request).Sum(step => step.Operations.Count));
        }
        catch (ScimException fault)
        {
            Assert.InRange(fault.Status, 400, 499);
        }
    }, iter: 2_000);
}
