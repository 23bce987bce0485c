namespace Rollcall.Web.Tests;

public class SecretsTests
{
    [Fact]
    [Trait("req", "S-142")]
    public void Make_IsTwoHundredFiftySixBitsOfBase64Url()
    {
        var secret = Secrets.Make();

        Assert.Matches("^[A-Za-z0-9_-]{43}$", secret);
        Assert.NotEqual(secret, Secrets.Make());
    }

    [Fact]
    [Trait("req", "O-013")]
    public void Matches_OnlyTheSecretBehindTheHash()
    {
        var hash = Secrets.Hash("correct");

        Assert.Equal(Secrets.HashBytes, hash.Length);
        Assert.True(Secrets.Matches("correct", hash));
        Assert.False(Secrets.Matches("Correct", hash));
        Assert.False(Secrets.Matches("", hash));
        Assert.False(Secrets.Matches("correct", hash.AsSpan(1)));
    }
}
