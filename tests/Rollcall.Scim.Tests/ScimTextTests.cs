using System.Text;
using CsCheck;
using Xunit;

namespace Rollcall.Scim.Tests;

public sealed class ScimTextTests
{
    // Letters whose case, width or composition is special, between any others.
    private static readonly Gen<string> Texts = Gen.OneOf<string>(
        Gen.String,
        Gen.OneOf(
            "a", "A", "\u00C4", "A\u0308", "\u0308", "\u0323", "\u0327", "\u0130", "I", "\u0131", "\u00DF", "\u1E9E", "\uFF21", "\uFF41", "\uFF76", "\uFF9E", "\u3000",
            "\u03A3", "\u03C2", "\u03F4", "\u2126", "\u212A", "\u212B", "\u01C5", "\u0345", "\u1FBC", "\u1F80", "\uD801\uDC00", "\uD83D\uDE00", "\uE000", "\uFFFD", "\uFFE3", "\uAC00", "\u1100\u1161", "\uD83D", "\uDE00", "\uFFFE", "\uFFFF")
            .List[0, 6].Select(parts => string.Concat(parts)));

    private static readonly Gen<string> WellFormed = Texts.Select(text => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\uFFFE', '\uFFFF'));

    [Fact]
    public void Fold_is_idempotent() => Texts.Sample(text => Assert.Equal(ScimText.Fold(text), ScimText.Fold(ScimText.Fold(text))), iter: 20_000);

    [Fact]
    public void Compose_is_idempotent() => Texts.Sample(text => Assert.Equal(ScimText.Compose(text), ScimText.Compose(ScimText.Compose(text))), iter: 10_000);

    [Fact]
    public void Fold_sees_no_difference_between_normalisation_forms() => WellFormed.Sample(
        text => Assert.Equal(ScimText.Fold(text), ScimText.Fold(text.Normalize(NormalizationForm.FormD))), iter: 20_000);

    [Fact]
    public void Fold_and_Compose_take_what_dotnet_does_not_normalise()
    {
        Assert.Equal("a\uFFFE\u00E4", ScimText.Fold("A\uFFFE\u00C4"));
        Assert.Equal("A\uD800\u00C4", ScimText.Compose("A\uD800\u00C4"));
    }

    [Fact]
    public void Fold_maps_the_dotted_capital_I_to_two_characters() => Assert.Equal("i\u0307stanbul", ScimText.Fold("\u0130STANBUL"));

    [Fact]
    public void Compare_is_the_order_of_the_bytes_of_UTF8() => Gen.Select(WellFormed, WellFormed).Sample((left, right) => Assert.Equal(
        Math.Sign(Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right))),
        Math.Sign(ScimText.Compare(left, right))), iter: 20_000);
}
