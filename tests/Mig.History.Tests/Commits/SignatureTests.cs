using Mig.Core;
using Mig.History.Commits;
using Mig.History.Tests.Judges;

namespace Mig.History.Tests.Commits;

public sealed class SignatureTests
{
    [Fact]
    public void Is_written_as_git_writes_it()
    {
        Assert.Equal("Ada Lovelace <ada@example.com> 1700000000 +0100", Samples.Who.ToString());
        Assert.Equal("A <> 0 -0330", Signature.Create("A", "", 0, -210).ToString());
        Assert.Equal(new DateTimeOffset(2023, 11, 14, 23, 13, 20, TimeSpan.FromHours(1)), Samples.Who.Time);
    }

    [Fact]
    public void Names_lose_what_git_takes_from_them()
    {
        using var git = new GitRepository();
        var random = new Random(3);
        for (int i = 0; i < 150; i++)
        {
            string name = Samples.Text(random, 10, "ab ,:;<>\"\\'\n\té") + "x" + Samples.Text(random, 6, " ,:;<>\"\\'\n\té");
            string email = "m" + Samples.Text(random, 8, "ab@ ,<>\n\"");
            int offset = random.Next(-Signature.MaxOffsetMinutes, Signature.MaxOffsetMinutes + 1);
            long seconds = random.NextInt64(100_000_000, 4_000_000_000);
            git.Environment["GIT_AUTHOR_NAME"] = name;
            git.Environment["GIT_AUTHOR_EMAIL"] = email;
            var mine = Signature.Create(name, email, seconds, offset);
            git.Environment["GIT_AUTHOR_DATE"] = mine.ToString()[(mine.ToString().IndexOf('>', StringComparison.Ordinal) + 2)..];
            Assert.Equal(git.Run("var", "GIT_AUTHOR_IDENT"), mine.ToString());
            Assert.NotEqual(git.Run("var", "GIT_AUTHOR_IDENT"), Signature.Create(name + "y", email, seconds, offset).ToString());
        }
    }

    [Fact]
    public void What_parses_is_written_back_the_same()
    {
        var random = new Random(4);
        for (int i = 0; i < 3000; i++)
        {
            string line = Samples.RandomSignature(random).ToString();
            Assert.True(Signature.TryParse(line, out Signature? parsed), line);
            Assert.Equal(line, parsed.ToString());
            char[] changed = line.ToCharArray();
            changed[random.Next(changed.Length)] = "<> 0+-a\n\0\t"[random.Next(10)];
            if (Signature.TryParse(new string(changed), out Signature? other))
                Assert.Equal(new string(changed), other.ToString());
        }
    }

    [Fact]
    public void What_no_calendar_shows_is_refused()
    {
        _ = Assert.Throws<UsageException>(() => Signature.Create(" ,;", "a@b", 0, 0));
        _ = Assert.Throws<UsageException>(() => Signature.Create("A", "a@b", -1, 0));
        _ = Assert.Throws<UsageException>(() => Signature.Create("A", "a@b", Signature.MaxSeconds + 1, 0));
        _ = Assert.Throws<UsageException>(() => Signature.Create("A", "a@b", 0, Signature.MaxOffsetMinutes + 1));
        Assert.Equal(9999, Signature.Create("A", "", Signature.MaxSeconds, Signature.MaxOffsetMinutes).Time.Year);
        Assert.Equal(1969, Signature.Create("A", "", 0, -Signature.MaxOffsetMinutes).Time.Year);
    }
}
