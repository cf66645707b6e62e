using Mig.Core;

namespace Mig.FileSystems.Ntfs;

/// <summary>Makes the errors of this reader; every code has its line in docs/errors.md.</summary>
internal static class NtfsError
{
    public static CorruptImageException Corrupt(string code, string detail) => new(code, detail);
}
