using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Core;
using Mig.Exchange.Serving;
using Mig.Transfer.Access;

namespace Mig.Cli.Verbs;

internal sealed class TokenVerb : Verb
{
    public const string Summary = "Makes tokens for those who use a server";

    private readonly Argument<string[]> _words = new("COMMAND") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string[]> _allow = new("--allow")
    {
        HelpName = "RIGHTS",
        Description = "What it may do: RIGHTS [REPOSITORY [REF]] in one word; may be given several times"
    };
    private readonly Option<string> _expires =
        new("--expires") { HelpName = "DATE", Description = "When it stops to count, such as 2027-01-31" };
    private readonly Option<string> _append =
        new("--append") { HelpName = "FILE", Description = "Adds the section to this access file, and prints the token alone" };

    public TokenVerb()
        : base("token", Summary)
    {
        Add(_allow, _expires, _append);
        Add(_words);
    }

    public override IReadOnlyList<string> Usage =>
        ["token create NAME [--allow \"RIGHTS [REPOSITORY [REF]]\"]... [--expires DATE] [--append FILE]"];

    public override string Description =>
        """
        Prints a new token, which is shown this once, and the section for the access file of 'mig serve --auth FILE', which holds only its hash. Without --allow,
        the token may read everything.

        RIGHTS are read, write (makes refs and moves branches forward), force (moves refs anywhere), delete (of refs) and admin (all of these, and /metrics), with
        commas between them; each of them includes read. REPOSITORY and REF are patterns: * is anything between two slashes, ** any number of parts. The file:

            [token "ci"]
                hash = 5f16...                        # SHA-256 of the token
                allow = read lab/**
                allow = write lab/web refs/heads/ci/*
                expires = 2027-01-31
            [anonymous]                               # those who show no token
                allow = read public/*

        Two hashes in a section let an old token live on while it is replaced. The server sees changes of the file at once.
        """;

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig token create ada --allow admin", "makes a token that may do everything"),
        ("mig token create ci --allow 'read lab/**' --allow 'write lab/web refs/heads/ci/*'",
            "makes one that reads a folder of repositories, and pushes to some branches of one of them"),
        ("mig token create guest --expires 2027-01-31 --append /etc/mig/tokens", "adds one that only reads to the access file"),
    ];

    public override int Run(ParseResult arguments, Session session)
    {
        if (arguments.GetValue(_words) is not ["create", var name])
            throw new UsageException("it is 'mig token create NAME'; 'mig help token' explains it");
        NewToken token = AccessTokens.Create(name, arguments.GetValue(_allow) is { Length: > 0 } allow ? allow : ["read"],
            arguments.GetValue(_expires), session.Context.Clock);
        if (arguments.GetValue(_append) is { } file)
        {
            AccessTokens.Append(file, name, token, session.Context.Clock);
            session.Output.WriteLine(token.Token);
            return ExitCode.Success;
        }

        session.Output.WriteLine(token.Token);
        session.Output.WriteLine();
        session.Output.Write(token.Section);
        return ExitCode.Success;
    }
}
