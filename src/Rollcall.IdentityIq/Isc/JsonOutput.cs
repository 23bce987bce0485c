using System.Text.Json.Nodes;
using Rollcall.IdentityIq.Applications;

namespace Rollcall.IdentityIq.Isc;

/// <summary>What the writers of JSON share.</summary>
internal static class JsonOutput
{
    /// <summary>The object without members that are null, and with what was kept.</summary>
    public static JsonObject With(JsonObject members, Remainder remainder)
    {
        foreach (var name in members.Where(member => member.Value is null).Select(member => member.Key).ToList())
            members.Remove(name);
        foreach (var (name, value) in remainder.JsonMembers)
            members[name] = value?.DeepClone();
        return members;
    }

    /// <summary>A reference to another object.</summary>
    public static JsonObject? Reference(string type, ObjectReference? reference) => reference is null ? null :
        With(new JsonObject { ["type"] = type, ["name"] = reference.Name }, reference.Remainder);
}
