# The peer of scripts/bench queue: Sidekiq with jobs that do nothing, on the same Redis.
#
#   ruby noop.rb COUNT     enqueues so many, in bulk; prints the seconds that it took
#   sidekiq -r noop.rb     works them off
require 'sidekiq'

class Noop
  include Sidekiq::Worker
  def perform(*) end
end

if $PROGRAM_NAME == __FILE__
  count = Integer(ARGV[0])
  began = Process.clock_gettime(Process::CLOCK_MONOTONIC)
  (0...count).each_slice(1_000) { |numbers| Sidekiq::Client.push_bulk('class' => Noop, 'args' => numbers.map { |n| [n] }) }
  puts Process.clock_gettime(Process::CLOCK_MONOTONIC) - began
end
