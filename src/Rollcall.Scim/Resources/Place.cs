using System.Globalization;

namespace Rollcall.Scim.Resources;

/// <summary>
/// Where a value stands, for the detail of a fault: <c>emails[2].value</c>. Text is made only when it is needed, since
/// a body may hold 100,000 values.
/// </summary>
internal readonly record struct Place(string Path, int Index = -1, string? Sub = null)
{
    public Place At(int index) => this with { Index = index };

    public Place Of(string sub) => this with { Sub = sub };

    public override string ToString()
    {
        var element = Index < 0 ? Path : string.Create(CultureInfo.InvariantCulture, $"{Path}[{Index}]");
        return Sub is null ? element : $"{element}.{Sub}";
    }
}
