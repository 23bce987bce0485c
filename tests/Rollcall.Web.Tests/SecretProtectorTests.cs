using System.Security.Cryptography;
using CsCheck;

namespace Rollcall.Web.Tests;

public class SecretProtectorTests
{
    private readonly SecretProtector _protector = new(Key(1));

    // The samples run on several threads, which is part of the test.
    [Fact]
    public void Unprotect_GivesBackWhatWasProtected() =>
        Gen.Byte.Array[0, 200].Sample(secret => Assert.Equal(secret, _protector.Unprotect(_protector.Protect(secret, "a"), "a")), iter: 2000, threads: 8);

    [Fact]
    public void Protect_Text_RoundTrips_AndIsNeverTwiceTheSame()
    {
        var first = _protector.Protect("clé", "a");

        Assert.Equal("clé", _protector.UnprotectText(first, "a"));
        Assert.NotEqual(first, _protector.Protect("clé", "a"));
    }

    [Fact]
    public void Unprotect_AnyChangedBit_IsRefused()
    {
        var intact = _protector.Protect("secret", "a");
        for (var bit = 0; bit < intact.Length * 8; bit++)
        {
            var changed = intact.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<CryptographicException>(() => _protector.Unprotect(changed, "a"));
        }
    }

    [Fact]
    public void Unprotect_CutShort_IsRefused()
    {
        var intact = _protector.Protect("secret", "a");
        for (var length = 0; length < intact.Length; length++)
            Assert.Throws<CryptographicException>(() => _protector.Unprotect(intact.AsSpan(0, length), "a"));
    }

    [Fact]
    public void Unprotect_ForAnotherPurpose_IsRefusedWithoutTheSecret()
    {
        var refusal = Assert.Throws<CryptographicException>(() => _protector.Unprotect(_protector.Protect("SECRET", "application:1"), "application:2"));

        Assert.Contains("application:2", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unprotect_WithAnotherKey_IsRefused()
    {
        var other = new SecretProtector(Key(2));

        Assert.Throws<CryptographicException>(() => other.Unprotect(_protector.Protect("secret", "a"), "a"));
    }

    [Fact]
    public void Constructor_KeyOfAnotherLength_IsRefused() => Assert.Throws<CryptographicException>(() => new SecretProtector(new byte[16]));

    private static byte[] Key(byte seed) => [.. Enumerable.Repeat(seed, 32)];
}
