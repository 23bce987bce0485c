namespace Rollcall;

/// <summary>Which server a verb talks to, and with which credentials.</summary>
/// <param name="Url">The side's URL, ending in a slash.</param>
/// <param name="Token">The admin token; null where none was found.</param>
/// <param name="TokenHint">For a refused or missing token: where it came from and what to do.</param>
/// <param name="UrlSetting">The environment variable that names the side's URL.</param>
/// <param name="As">The identity to act as; null for the administrator.</param>
internal sealed record Connection(Uri Url, string? Token, string TokenHint, string UrlSetting, string? As = null)
{
    /// <summary>Says nothing of the token.</summary>
    public override string ToString() => $"{Url}";
}
