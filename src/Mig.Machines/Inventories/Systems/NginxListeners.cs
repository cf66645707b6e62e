using Mig.Machines.Files;

namespace Mig.Machines.Inventories.Systems;

/// <summary>
/// Reads where nginx listens, from the servers in its configuration and the files that it includes. Source: nginx's documentation,
/// "listen", "include".
/// </summary>
internal sealed class NginxListeners
{
    private const string Folder = "etc/nginx", Configuration = "etc/nginx/nginx.conf";
    private const int MaxDepth = 16, MaxFiles = 10_000;
    private const string DefaultPort = "80";

    private readonly MachineFiles _files;
    private readonly List<Listener> _listeners = [];
    private int _read;

    private NginxListeners(MachineFiles files) => _files = files;

    public static IReadOnlyList<Listener> Read(MachineFiles files)
    {
        var reader = new NginxListeners(files);
        if (files.Find(Configuration) is not null)
            reader.ReadFile(Configuration, [], 0);
        else
            reader.Include(["conf.d/*.conf", "sites-enabled/*"], ["http"], 0); // what the packages of distributions include
        return reader._listeners;
    }

    // Returns whether the server that the file is included in listens somewhere. A file may be included by many servers.
    private bool ReadFile(string path, IReadOnlyList<string> context, int depth)
    {
        if (depth > MaxDepth || ++_read > MaxFiles)
            return false;
        var blocks = new List<string>(context);
        var words = new List<string>();
        bool hasListen = false;
        foreach (string token in Tokens(string.Join('\n', ConfigurationFile.ReadLines(_files, path))))
        {
            if (token == "{")
            {
                blocks.Add(words.Count > 0 ? words[0] : "");
                hasListen &= blocks[^1] != "server";
                words.Clear();
            }
            else if (token == "}")
            {
                // A server that does not say where listens on the port of HTTP.
                if (blocks is [.., "http", "server"] && !hasListen)
                    _listeners.Add(new Listener("nginx", DefaultPort, path));
                if (blocks.Count > 0)
                    blocks.RemoveAt(blocks.Count - 1);
                words.Clear();
            }
            else if (token != ";")
            {
                words.Add(token);
            }
            else
            {
                if (words is ["listen", var address, ..] && blocks is [.., "server"])
                {
                    hasListen = true;
                    _listeners.Add(new Listener("nginx", WithPort(address), path));
                }
                else if (words is ["include", ..])
                {
                    hasListen |= Include(words.Skip(1), blocks, depth + 1);
                }

                words.Clear();
            }
        }

        return hasListen;
    }

    private bool Include(IEnumerable<string> patterns, IReadOnlyList<string> context, int depth)
    {
        bool hasListen = false;
        foreach (string file in patterns.SelectMany(pattern => ConfigurationFile.Expand(_files, Folder, pattern)))
            hasListen |= ReadFile(file, context, depth);
        return hasListen;
    }

    // "80", "*:80", "10.0.0.1:80", "[::]:80", "localhost:80", "unix:/run/x.sock"; without a port, 80 is meant.
    private static string WithPort(string address)
    {
        bool isSocket = address.StartsWith("unix:", StringComparison.Ordinal), isPort = !address.AsSpan()
            .ContainsAnyExceptInRange('0', '9');
        bool hasPort = address.StartsWith('[') ? address.Contains("]:", StringComparison.Ordinal)
            : address.Contains(':', StringComparison.Ordinal);
        return isSocket || isPort || hasPort ? address : $"{address}:{DefaultPort}";
    }

    // Words, and the three signs that end them; what stands in quotes is one word, and comments are none.
    private static IEnumerable<string> Tokens(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '#')
            {
                int end = text.IndexOf('\n', i);
                i = end < 0 ? text.Length : end;
            }
            else if (c is '{' or '}' or ';')
            {
                yield return c.ToString();
            }
            else if (c is '"' or '\'')
            {
                int end = text.IndexOf(c, i + 1);
                end = end < 0 ? text.Length : end;
                yield return text[(i + 1)..end];
                i = end;
            }
            else if (!char.IsWhiteSpace(c))
            {
                int end = i;
                while (end < text.Length && !char.IsWhiteSpace(text[end]) && text[end] is not ('{' or '}' or ';'))
                    end = text[end] == '$' && end + 1 < text.Length && text[end + 1] == '{' && text.IndexOf('}', end) is > 0 and var close
                        ? close + 1 : end + 1;
                yield return text[i..end];
                i = end - 1;
            }
        }
    }
}
