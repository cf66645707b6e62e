using System.Security.Cryptography;
using System.Text;

namespace Mig.Exchange.Boots;

/// <summary>Names the processor that a machine sees, so that its memory is not given to one with another.</summary>
internal static class ProcessorModel
{
    private const int HashDigits = 32;

    private static readonly string[] Lines = ["model name", "flags", "CPU implementer", "CPU part", "Features"];

    /// <summary>Returns the name.</summary>
    /// <param name="isAccelerated">Whether it is the processor of this machine, not one of QEMU.</param>
    public static string Of(bool isAccelerated)
    {
        if (!isAccelerated)
            return "max";
        IEnumerable<string> lines = File.ReadLines("/proc/cpuinfo").TakeWhile(line => line.Length > 0)
            .Where(line => Lines.Contains(line.Split(':')[0].TrimEnd()));
        return "host" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))))[..HashDigits];
    }
}
