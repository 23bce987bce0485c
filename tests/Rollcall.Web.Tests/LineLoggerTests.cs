using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Rollcall.Web.Hosting;

namespace Rollcall.Web.Tests;

public sealed class LineLoggerTests : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly LineLoggerProvider _provider;

    public LineLoggerTests()
    {
        _provider = new LineLoggerProvider(_output, new FakeTimeProvider(new DateTimeOffset(2030, 1, 2, 3, 4, 5, 678, TimeSpan.Zero)));
    }

    public void Dispose()
    {
        _provider.Dispose();
        _output.Dispose();
    }

    [Fact]
    public void Entry_IsOneLineOfJson_WithTheValuesByName()
    {
        _provider.CreateLogger("Rollcall.X").LogWarning("Line\nbreak {UserId} of {Count}", 7, 9);

        Assert.Equal(
            """{"time":"2030-01-02T03:04:05.678Z","level":"warning","category":"Rollcall.X","message":"Line\nbreak 7 of 9","userId":"7","count":"9"}""" + Environment.NewLine,
            _output.ToString());
    }

    [Fact]
    public void Exception_IsTypeAndStack_NotTheTextThatMayQuoteInput()
    {
        var inner = Assert.Throws<FormatException>(() => int.Parse("SECRET"));
        _provider.CreateLogger("X").LogError(new InvalidOperationException("SECRET", inner), "It failed");

        using var line = JsonDocument.Parse(_output.ToString());
        var exception = line.RootElement.GetProperty("exception").GetString();
        Assert.StartsWith("System.InvalidOperationException", exception, StringComparison.Ordinal);
        Assert.Contains("System.FormatException", exception, StringComparison.Ordinal);
        Assert.Contains(nameof(Exception_IsTypeAndStack_NotTheTextThatMayQuoteInput), exception, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Exception_OfFilesKeepsItsText()
    {
        _provider.CreateLogger("X").LogError(new IOException("No space left on device"), "It failed");

        Assert.Contains("No space left on device", _output.ToString(), StringComparison.Ordinal);
    }
}
