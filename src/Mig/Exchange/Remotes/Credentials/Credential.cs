using System.Text;
using Mig.Core;

namespace Mig.Exchange.Remotes.Credentials;

/// <summary>
/// Attributes of a credential as Git and its helpers exchange them, <c>key=value</c> by line (git-credential(1), "INPUT/OUTPUT FORMAT").
/// The token is the password.
/// </summary>
internal sealed class Credential
{
    private const string Password = "password";

    private readonly List<(string Key, string Value)> _attributes = [];

    /// <summary>Null when it is not known.</summary>
    public string? Token => _attributes.FindLast(item => item.Key == Password).Value;

    /// <summary>Says what a credential is wanted for.</summary>
    /// <param name="withPath">Whether each repository of a host has its own (<c>credential.useHttpPath</c>).</param>
    public static Credential For(Uri url, string? user, bool withPath)
    {
        var wanted = new Credential();
        wanted.Set("protocol", url.Scheme);
        wanted.Set("host", url.IsDefaultPort ? url.IdnHost : $"{url.IdnHost}:{url.Port}");
        if (withPath && url.AbsolutePath.Trim('/') is { Length: > 0 } path)
            wanted.Set("path", path);
        if (!string.IsNullOrEmpty(user))
            wanted.Set("username", user);
        return wanted;
    }

    /// <summary>Adds what a helper answered.</summary>
    /// <returns>True when the helper wants no other to be asked.</returns>
    public bool Read(string answer)
    {
        bool isLast = false;
        foreach (string line in answer.Split('\n'))
        {
            string text = line.TrimEnd('\r');
            int equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
                continue;
            (string key, string value) = (text[..equals], text[(equals + 1)..]);
            if (key == "quit")
                isLast = value is "1" or "true";

            // Where the token goes is not for helpers to say.
            else if (key is not ("protocol" or "host" or "path" or "url"))
                Set(key, value);
        }

        return isLast;
    }

    /// <summary>The lines, with the empty one that ends them.</summary>
    public string Write()
    {
        var text = new StringBuilder();
        foreach ((string key, string value) in _attributes)
            text.Append(key).Append('=').Append(value).Append('\n');
        return text.Append('\n').ToString();
    }

    // A line break in a host name would let a URL ask for another host's credential (CVE-2020-5260).
    private void Set(string key, string value)
    {
        if (value.AsSpan().IndexOfAny('\n', '\r', '\0') >= 0)
            throw new UsageException($"the {key} of a credential holds a line break or a NUL, which no helper may be given");
        if (!key.EndsWith("[]", StringComparison.Ordinal))
            _attributes.RemoveAll(item => item.Key == key);
        _attributes.Add((key, value));
    }
}
