using System.Text.Json;
using System.Text.Json.Serialization;
using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.Clients;

/// <summary>The files of <c>tests/clients</c>: each client's whole life works with the default settings of its platform.</summary>
public sealed class ConversationTests
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        AllowDuplicateProperties = false,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    public static TheoryData<string> Files => [.. Directory.GetFiles(Folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "clients");

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Each_request_and_its_repetition_is_answered_as_the_file_says(string file)
    {
        await using var app = await RollcallApp.StartAsync();

        await ConversationRunner.RunAsync(app, Read(file), file);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void The_file_tells_a_whole_life(string file)
    {
        var conversation = Read(file);

        Assert.Equal(ConversationStage.Names, conversation.Life.Select(stage => stage.Stage));
        Assert.NotEmpty(conversation.Sources);
        foreach (var stage in conversation.Life)
        {
            Assert.True(stage.Nothing is null != (stage.Requests.Count == 0), $"{stage.Stage}: there are requests, or it is said why there are none.");
            var writes = stage.Requests.Any(request => !request.Send.StartsWith("GET ", StringComparison.Ordinal) && request.Form is null);
            Assert.True(!writes || (stage.Lists is { } lists && conversation.Lists.All(lists.ContainsKey)), $"{stage.Stage}: what are the members of the lists afterwards?");
        }
    }

    private static Conversation Read(string file) => JsonSerializer.Deserialize<Conversation>(File.ReadAllText(Path.Combine(Folder, $"{file}.json")), Options)!;
}
