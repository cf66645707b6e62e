using System.Text;

namespace Mig.Git.Names;

/// <summary>Characters that nobody would see in a review, or that turn the text around them. A list of its own: that of the runtime grows
/// with Unicode, and the same input must make the same objects.</summary>
internal static class HiddenCharacters
{
    public static bool Contains(Rune rune) => rune.Value is < 0x20 or (>= 0x7F and < 0xA0) or 0xAD or 0x61C or 0x180E
        or (>= 0x200B and <= 0x200F) or (>= 0x2028 and <= 0x202E)
        or (>= 0x2060 and <= 0x206F) or 0xFEFF or (>= 0xFFF9 and <= 0xFFFB) or (>= 0xE0000 and <= 0xE0FFF);
}
