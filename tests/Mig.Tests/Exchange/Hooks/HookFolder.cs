using System.Text;
using Mig.Exchange.Hooks;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Tests.Exchange.Hooks;

/// <summary>A repository whose hooks are scripts of the test, and what they said.</summary>
internal sealed class HookFolder : IDisposable
{
    private readonly List<byte> _said = [];

    public HookFolder(params string[] settings) =>
        Repository = Open(settings);

    public TestRepository Images { get; } = new();

    public TestFolder Files => Images.Files;

    public Repository Repository { get; private set; }

    /// <summary>What hooks said since this was read last.</summary>
    public string Said
    {
        get
        {
            lock (_said)
            {
                string text = Encoding.UTF8.GetString([.. _said]);
                _said.Clear();
                return text;
            }
        }
    }

    /// <summary>Makes a hook of a shell script.</summary>
    public string Write(string name, string script, string mode = "755", string firstLine = "#!/bin/sh")
    {
        string path = Path.Combine(Images.Folder, "hooks", name);
        File.WriteAllText(path, firstLine + "\n" + script + "\n");
        Tool.Run("chmod", mode, path);
        return path;
    }

    /// <summary>Opens the repository again, with settings of this run.</summary>
    public Repository Open(params string[] settings)
    {
        Repository?.Dispose();
        return Repository = Repository.Open(Images.Folder, TestRepository.Context with { ConfigOverrides = settings, HookOutput = Take });
    }

    public HookRunner Runner() => new(Images.Folder, Repository.Config, Repository.Context);

    public HookCall Call(string name) => new(name) { Output = Take };

    public void Dispose()
    {
        Repository.Dispose();
        Images.Dispose();
    }

    private void Take(ReadOnlyMemory<byte> bytes)
    {
        lock (_said)
            _said.AddRange(bytes.Span);
    }
}
