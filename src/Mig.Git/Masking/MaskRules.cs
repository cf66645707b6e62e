using System.Text;
using System.Text.RegularExpressions;
using Mig.History.Diffs;

namespace Mig.Git.Masking;

/// <summary>
/// What is a secret in the files of a machine, and is not published: a list with a name and a version, since what it makes of a file is
/// part of what is published. Rules go by the name of a
/// file and, so that copies under other names are found, by its content.
/// </summary>
internal static partial class MaskRules
{
    /// <summary>The name of the list. It changes with any of its rules.</summary>
    public const string Name = "MaskRules v1";

    /// <summary>What stands where a secret was.</summary>
    public const string Mark = "<masked-by-mig>";

    // The names of settings whose values are secrets.
    private const string Key = "(?:pass(?:word|phrase|wd|code)|psk|secret|token|credentials?|"
        + "(?:api|access|secret|private|preshared|shared|auth|encryption|signing|key)[-_]?key|key-data)";

    private static readonly PathLimits Accounts = Paths("etc/shadow*", "etc/gshadow*", "etc/passwd*", "etc/group*", "etc/master.passwd*",
        "etc/security/opasswd*");

    private static readonly PathLimits MachineIds = Paths("etc/machine-id", "var/lib/dbus/machine-id", "etc/hostid");

    private static readonly PathLimits Netrc = Paths("etc/apt/auth.conf", "etc/apt/auth.conf.d", "*/.netrc", "*/netrc", "*/.pgpass");

    // Without any look at what is in them.
    private static readonly PathLimits Whole = Paths(
        "etc/ssl/private", "etc/pki/*/private", "etc/pki/tls/private", "etc/letsencrypt/accounts", "etc/letsencrypt/*privkey*",
            "etc/ppp/*-secrets", "etc/ipsec.secrets", "etc/ipsec.d/private",
        "etc/swanctl/private", "etc/krb5.keytab", "etc/cryptsetup-keys.d", "etc/luks", "etc/credstore", "etc/credstore.encrypted",
            "etc/docker/key.json", "etc/exim4/passwd.client",
        "etc/postfix/sasl_passwd*", "etc/cups/printers.conf*", "etc/samba/smbpasswd", "etc/samba/private", "etc/ssh/ssh_host_*_key",
            "*/.ssh/id_*", "*/.gnupg/private-keys-v1.d", "*/.pgpass",
        "*/.*_history", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.kdbx", "*.keytab", "*.ppk", "*.tdb");

    /// <summary>Tells whether a file is a secret as a whole, so that not even its hash is published.</summary>
    /// <param name="path">From the volume's root, without a slash in front.</param>
    public static bool IsWhole(ReadOnlySpan<byte> path) => Whole.Includes(path) && !path.EndsWith(".pub"u8);

    /// <summary>Returns a content without its secrets: the same array when it has none.</summary>
    public static byte[] Apply(ReadOnlySpan<byte> path, byte[] content)
    {
        if (content.Length == 0)
            return content;
        if (IsWhole(path))
            return Encoding.ASCII.GetBytes(Mark + "\n");

        // One character for each byte, so that what is not masked comes out as it was.
        string text = Encoding.Latin1.GetString(content), masked = text;
        if (Accounts.Includes(path))
            masked = AccountField().Replace(masked, MaskAccount);
        if (MachineIds.Includes(path))
            masked = MachineId().Replace(masked, Mark);
        if (Netrc.Includes(path))
            masked = NetrcPassword().Replace(masked, "$1" + Mark);
        if (text.Contains("-----BEGIN ", StringComparison.Ordinal) || text.Contains("---- BEGIN ", StringComparison.Ordinal))
            masked = KeyBlock().Replace(masked, "$1" + Mark + "\n");
        if (text.Contains('$', StringComparison.Ordinal) || text.Contains("pbkdf2", StringComparison.Ordinal)
            || text.Contains("{S", StringComparison.Ordinal))
            masked = PasswordHash().Replace(masked, Mark);
        if (text.Contains("://", StringComparison.Ordinal))
            masked = AddressPassword().Replace(masked, "$1" + Mark);
        masked = Token().Replace(masked, Mark);
        masked = Setting().Replace(masked, MaskSetting);
        masked = QuotedSetting().Replace(masked, MaskSetting);
        return ReferenceEquals(masked, text) || masked == text ? content : Encoding.Latin1.GetBytes(masked);
    }

    private static PathLimits Paths(params string[] patterns) =>
        new([.. patterns.Select(pattern => (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes(pattern))]);

    // Whether an account is locked, or has no password at all, is what a review looks for.
    private static string MaskAccount(Match match)
    {
        string value = match.Groups[2].Value, bare = value.TrimStart('!', '*');
        return bare.Length == 0 || value is "x" or "*LK*" or "*NP*" ? match.Value
            : match.Groups[1].Value + (value.StartsWith('!') ? "!" : "") + Mark;
    }

    // A reference, a switch or nothing is no secret.
    private static string MaskSetting(Match match)
    {
        string value = match.Groups[2].Value.Trim().Trim('"', '\'', ';', ',');
        bool isPlain = value.Length == 0 || value[0] is '/' or '$' or '%' or '<' || value.ToLowerInvariant() is "yes" or "no" or "true"
            or "false" or "none" or "null" or "on" or "off" or "files"
            || value.Contains(Mark, StringComparison.Ordinal);
        return isPlain ? match.Value : match.Groups[1].Value + Mark + match.Groups[3].Value;
    }

    [GeneratedRegex(@"^([^:\n]+:)([^:\n]*)(?=:)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex AccountField();

    [GeneratedRegex(@"\b[0-9a-fA-F]{8}(?:-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}\b|^[0-9a-fA-F]{8}$",
        RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex MachineId();

    [GeneratedRegex(@"(\bpassword\s+)\S+", RegexOptions.CultureInvariant)]
    private static partial Regex NetrcPassword();

    // From the line after the beginning to the line of the end, or to the end of the file; only where something that could be a key
    // follows.
    [GeneratedRegex(@"(----[- ]BEGIN (?:[A-Za-z0-9 ]*PRIVATE KEY(?: BLOCK)?|"
        + @"SSH2 ENCRYPTED PRIVATE KEY|OpenVPN Static key V1)[- ]----[^\n]*\r?\n)(?=[^\n]*[0-9A-Za-z+/=])"
        + @"(?:(?!----[- ]END )[^\n]*\n?)*", RegexOptions.CultureInvariant)]
    private static partial Regex KeyBlock();

    [GeneratedRegex(@"\$(?:1|2[abxy]?|3|5|6|7|y|gy|apr1|md5|sha1|argon2(?:id|i|d)|"
        + @"pbkdf2[\w-]*|scrypt|bcrypt[\w-]*)\$[./A-Za-z0-9$=,+-]{16,}|"
        + @"\bgrub\.pbkdf2\.[\w.]{16,}|\{(?:SSHA|SHA|SMD5|MD5|CRYPT|SSHA512|SSHA256|SHA512)\}[A-Za-z0-9+/=]{16,}",
        RegexOptions.CultureInvariant)]
    private static partial Regex PasswordHash();

    [GeneratedRegex(@"(://[^/\s:@""'<>]*:)[^/\s@""'<>]+(?=@)", RegexOptions.CultureInvariant)]
    private static partial Regex AddressPassword();

    [GeneratedRegex(@"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,}|glpat-[A-Za-z0-9_-]{20,}|AKIA[0-9A-Z]{16}|"
        + @"xox[abprs]-[A-Za-z0-9-]{10,}|sk_live_[A-Za-z0-9]{16,}|"
        + @"AGE-SECRET-KEY-1[0-9A-Z]{40,}|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,})",
        RegexOptions.CultureInvariant)]
    private static partial Regex Token();

    // "password = x" and "  wifi.psk: x" at the beginning of a line, commented out or not; "secret "x";" as bind writes it. "passwd:" is a
    // line of nsswitch.conf.
    [GeneratedRegex(@"^([ \t]*(?:[#;/]+[ \t]*|-[ \t]+|export[ \t]+)?[""']?[\w.-]*" + Key
        + @"[""']?(?:[ \t]*=[ \t]*|(?<!passwd)[""']?[ \t]*:[ \t]+|[ \t]+(?="")))([^\s][^\r\n]*?)([ \t]*[,;]?)\r?$",
        RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Setting();

    // "password":"x" and password=x in the middle of a line, as JSON and options of mounts have them.
    [GeneratedRegex(@"([""'][\w.-]*" + Key + @"[""'][ \t]*:[ \t]*[""']|[,; \t]" + Key + @"=[""']?)([^""'\r\n,; \t]+)([""']?)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex QuotedSetting();
}
