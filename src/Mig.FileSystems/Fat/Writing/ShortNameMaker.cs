using System.Globalization;
using System.Text;

namespace Mig.FileSystems.Fat.Writing;

/// <summary>
/// Makes short names as Windows does: eight and three characters in upper case, <c>~1</c> and so on when something is lost or the name is
/// taken. Only ASCII gets in, since nobody knows in which code page the volume will be read.
/// </summary>
internal static class ShortNameMaker
{
    private const int ExtensionSize = ShortName.Size - ShortName.BaseSize;
    private const int MaxTail = 999_999;
    private const string Special = "$%'-_@~`!(){}^#&";

    /// <summary>Makes the short name for a name.</summary>
    /// <param name="name">A name that <see cref="NameRules"/> allows.</param>
    /// <param name="isTaken">Tells whether eleven bytes are another entry's short name.</param>
    /// <returns>Eleven bytes, Windows NT's case bits, and whether the name needs a long one too.</returns>
    /// <exception cref="RefusedOperationException">All tails are taken.</exception>
    public static (byte[] Name, byte Case, bool NeedsLongName) Make(string name, Func<byte[], bool> isTaken)
    {
        string trimmed = name.TrimStart('.', ' ');
        bool isLossy = trimmed.Length != name.Length;
        int dot = trimmed.LastIndexOf('.');
        string baseName = Clean(dot < 0 ? trimmed : trimmed[..dot], ref isLossy);
        string extension = Clean(dot < 0 ? "" : trimmed[(dot + 1)..], ref isLossy);
        if (baseName.Length == 0)
            (baseName, isLossy) = ("_", true);
        isLossy |= baseName.Length > ShortName.BaseSize || extension.Length > ExtensionSize;
        byte[] whole = Fill(baseName, "", extension);
        if (!isLossy && !isTaken(whole))
        {
            byte? lowerBase = GetCase(dot < 0 ? trimmed : trimmed[..dot], ShortName.LowerBase);
            byte? lowerExtension = GetCase(dot < 0 ? "" : trimmed[(dot + 1)..], ShortName.LowerExtension);
            var lowerCase = (byte?)(lowerBase | lowerExtension);
            return (whole, lowerCase ?? 0, lowerCase is null);
        }

        for (int number = 1; number <= MaxTail; number++)
        {
            byte[] numbered = Fill(baseName, "~" + number.ToString(CultureInfo.InvariantCulture), extension);
            if (!isTaken(numbered))
                return (numbered, 0, true);
        }

        throw new RefusedOperationException(RefusalReason.DirectoryFull, $"the directory has no short name left for \"{name}\"");
    }

    /// <returns>The case bit that the part needs; null when both cases occur in it.</returns>
    private static byte? GetCase(string part, byte lowerBit)
    {
        bool hasLower = part.Any(char.IsAsciiLetterLower);
        return !hasLower ? (byte?)0 : part.Any(char.IsAsciiLetterUpper) ? null : lowerBit;
    }

    private static string Clean(string part, ref bool isLossy)
    {
        var text = new StringBuilder(part.Length);
        foreach (char character in part)
        {
            if (character is '.' or ' ')
            {
                isLossy = true;
            }
            else if (char.IsAsciiLetterOrDigit(character) || Special.Contains(character, StringComparison.Ordinal))
            {
                text.Append(char.ToUpperInvariant(character));
            }
            else
            {
                text.Append('_');
                isLossy = true;
            }
        }

        return text.ToString();
    }

    private static byte[] Fill(string baseName, string tail, string extension)
    {
        string first = baseName[..Math.Min(baseName.Length, ShortName.BaseSize - tail.Length)] + tail;
        return Encoding.ASCII.GetBytes(
            first.PadRight(ShortName.BaseSize) + extension[..Math.Min(extension.Length, ExtensionSize)].PadRight(ExtensionSize));
    }
}
