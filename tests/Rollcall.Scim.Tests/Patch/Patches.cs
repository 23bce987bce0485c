using System.Text.Json.Nodes;
using Rollcall.Scim.Patch;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Tests.Patch;

/// <summary>PATCH requests for tests.</summary>
internal static class Patches
{
    public static JsonObject Body(params string[] operations) =>
        Json.Body($$"""{"schemas":["{{SchemaUris.PatchOp}}"],"Operations":[{{string.Join(',', operations)}}]}""");

    public static PatchRequest Parse(ResourceType type, params string[] operations) => PatchRequest.Parse(Body(operations), type, PatchOptions.Default);
}
