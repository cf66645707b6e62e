namespace Mig.Machines.Verification;

/// <summary>How a package database records contents.</summary>
public enum DigestAlgorithm
{
    Md5,
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}
